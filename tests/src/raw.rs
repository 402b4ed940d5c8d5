//! Bytes that no client library would send.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::Answer;

/// Sends bytes on one connection, and returns its responses when the service closes it.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<Answer> {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time limit");
    // The service may close the connection before it has read everything.
    let _ = stream.write_all(bytes);
    let mut received = vec![];
    let _ = stream.read_to_end(&mut received);
    let (mut answers, mut rest) = (vec![], received.as_slice());
    while let Some(end) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
        let (head, after) = (String::from_utf8_lossy(&rest[..end]).into_owned(), &rest[end + 4..]);
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let headers: HeaderMap = lines.map(header).collect();
        let length = headers.get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
        let (body, next) = after.split_at(length.unwrap_or(0));
        answers.push(Answer { status, headers, body: body.to_vec() });
        rest = next;
    }
    answers
}

fn header(line: &str) -> (HeaderName, HeaderValue) {
    let (name, value) = line.split_once(": ").expect("a header");
    (name.parse().expect("a header name"), value.parse().expect("a header value"))
}

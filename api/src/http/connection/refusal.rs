//! Responses to requests that the framework refuses before any middleware. Its own responses have neither a body nor the headers of
//! every response, so others are sent in their place.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use actix_web::ResponseError;
use actix_web::body::MessageBody;
use bytes::{Buf, Bytes};
use httpdate::{fmt_http_date, parse_http_date};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use uuid::Uuid;

use super::reader::LARGEST_HEAD;
use super::{GRACE, HEAD_TIMEOUT, UNREAD};
use crate::base::error::Error;
use crate::http::headers::set_common;

/// Length of the longest response of the framework, rounded up.
const LONGEST: usize = 256;

/// Finds a response of the framework at the end of what it writes: it closes the connection afterwards. Returns the number of bytes
/// before it, and the error to send instead.
pub(super) fn find(bytes: &[u8]) -> Option<(usize, Error)> {
    let end = bytes.get(bytes.len().saturating_sub(LONGEST)..)?.strip_suffix(b"\r\n\r\n")?;
    let begin = memchr::memmem::rfind(end, b"HTTP/1.1 4")?;
    let mut lines = std::str::from_utf8(end.get(begin..)?).ok()?.split("\r\n");
    let error = match lines.next()? {
        "HTTP/1.1 400 Bad Request" => Error::Malformed,
        "HTTP/1.1 408 Request Timeout" => Error::Slow(HEAD_TIMEOUT.as_secs()),
        "HTTP/1.1 431 Request Header Fields Too Large" => Error::LargeHead(LARGEST_HEAD),
        _ => return None,
    };
    // All other responses have further headers.
    let is_date = |line: &str| line.strip_prefix("date: ").is_some_and(|date| parse_http_date(date).is_ok());
    let is_framing = |line: &str| {
        matches!(line, "connection: close" | "connection: keep-alive" | "content-length: 0") || is_date(line)
    };
    let lines: Vec<&str> = lines.collect();
    let is_own = lines.contains(&"content-length: 0") && lines.into_iter().all(is_framing);
    is_own.then(|| (bytes.len() - end.len() - "\r\n\r\n".len() + begin, error))
}

/// The last response of a connection, after which the connection ends.
pub(super) struct Refusal {
    /// What is left of the response.
    rest: Bytes,
    /// Number of bytes that were read and ignored.
    unread: usize,
    end: Pin<Box<Sleep>>,
}

impl Refusal {
    /// Returns the refusal of a request. Nothing is sent if there is no error.
    pub(super) fn new(error: Option<&Error>) -> Self {
        Self { rest: error.map(response).unwrap_or_default(), unread: 0, end: Box::pin(sleep(GRACE)) }
    }

    /// Sends the response, and waits until the client closes the connection. If the service closed it first, the client could lose
    /// the response. Returns an error that closes the connection.
    pub(super) fn poll<S>(&mut self, stream: &mut S, context: &mut Context<'_>) -> Poll<io::Error>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        if self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(io::ErrorKind::ConnectionAborted.into());
        }
        let end = ready!(self.send(Pin::new(stream), context));
        Poll::Ready(end.err().unwrap_or_else(|| io::ErrorKind::ConnectionAborted.into()))
    }

    fn send(
        &mut self,
        mut stream: Pin<&mut (impl AsyncRead + AsyncWrite)>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            match ready!(stream.as_mut().poll_write(context, &self.rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.rest.advance(written),
            }
        }
        ready!(stream.as_mut().poll_shutdown(context))?;
        let mut ignored = [0; 4096];
        while self.unread < UNREAD {
            let mut buffer = ReadBuf::new(&mut ignored);
            ready!(stream.as_mut().poll_read(context, &mut buffer))?;
            match buffer.filled().len() {
                0 => return Poll::Ready(Ok(())),
                read => self.unread += read,
            }
        }
        Poll::Pending
    }
}

/// Returns the response to a refused request, as sent, and writes its log line.
fn response(error: &Error) -> Bytes {
    let id = Uuid::now_v7().to_string();
    let mut response = error.error_response();
    set_common(response.headers_mut(), &id);
    let status = response.status();
    tracing::info_span!("request", %id).in_scope(|| tracing::info!(status = status.as_u16(), "request refused"));
    let (head, body) = response.into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let (length, date) = (body.len(), fmt_http_date(SystemTime::now()));
    let mut bytes =
        format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\ndate: {date}\r\n").into_bytes();
    for (name, value) in head.headers() {
        bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(&body);
    bytes.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &str =
        "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: Sat, 28 Nov 2026 20:00:00 GMT\r\n\r\n";

    #[test]
    fn response_of_the_framework_is_found_after_other_responses() {
        let before = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nx-request-id: 1\r\n\r\n{}";

        for before in ["", before] {
            let found = find(format!("{before}{REFUSED}").as_bytes());
            assert!(matches!(found, Some((at, Error::Malformed)) if at == before.len()), "{found:?}");
        }
    }

    #[test]
    fn other_responses_are_kept() {
        for response in [
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx-request-id: 1\r\n\r\n",
            "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 400 Bad Request\r\ncontent-length: 20\r\n\r\n",
            &format!("{REFUSED}{{}}"),
            "5\r\nslug\r\nHTTP/1.1 400 Bad Request\r\n\r\n",
            &format!("\"{}\r\n\r\n", REFUSED.trim_end().replace("GMT", "GMT\"")),
            "",
        ] {
            assert!(find(response.as_bytes()).is_none(), "{response}");
        }
    }
}

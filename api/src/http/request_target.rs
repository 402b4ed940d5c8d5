//! Percent-encoding of request targets as they arrive.
//!
//! Address bars and many clients send umlauts and quotation marks unencoded. The parser of the framework refuses these
//! characters with an empty response before any middleware runs.

use std::io;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection that percent-encodes the targets of requests as they are read.
pub(crate) struct EncodedTargets<S> {
    stream: S,
    reader: RequestReader,
    /// Bytes that did not fit into the buffer of the last read.
    rest: Bytes,
}

impl<S> EncodedTargets<S> {
    /// Wraps a connection.
    pub(crate) fn of(stream: S) -> Self {
        Self { stream, reader: RequestReader::default(), rest: Bytes::new() }
    }

    /// Returns the wrapped connection.
    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for EncodedTargets<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.rest.is_empty() {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            let encoded = self.reader.encode(buffer.filled().get(before..).unwrap_or_default());
            buffer.set_filled(before);
            self.rest = encoded.into();
        }
        let fitting = self.rest.len().min(buffer.remaining());
        buffer.put_slice(&self.rest.split_to(fitting));
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for EncodedTargets<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

/// Largest number of bytes of a header line that are kept until its end. `Content-Length` is shorter.
const LONGEST: usize = 64;

/// Finds the targets in the requests of a connection.
#[derive(Default)]
struct RequestReader {
    part: Part,
    body: Body,
}

/// The part of a request that the next byte belongs to.
#[derive(Default)]
enum Part {
    #[default]
    Method,
    Target,
    Version,
    /// A header, as far as it was read.
    Header(Vec<u8>),
    /// The body, with the number of bytes that are left.
    Body(usize),
    /// The end of the body is unknown, so the rest of the connection is not encoded.
    Rest,
}

/// Length of the body, according to the headers.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Body {
    #[default]
    None,
    Length(usize),
    Unknown,
}

impl RequestReader {
    /// Returns bytes of the connection with their request targets percent-encoded.
    fn encode(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(bytes.len());
        loop {
            let (body, head) = bytes.split_at(self.skip_body(bytes.len()));
            encoded.extend_from_slice(body);
            let Some((&byte, rest)) = head.split_first() else { return encoded };
            bytes = rest;
            if matches!(self.part, Part::Target) && is_refused(byte) {
                encoded.extend(percent_encoding::percent_encode_byte(byte).as_bytes());
            } else {
                encoded.push(byte);
                self.advance(byte);
            }
        }
    }

    /// Returns how many of the available bytes belong to a body.
    fn skip_body(&mut self, available: usize) -> usize {
        match &mut self.part {
            Part::Body(left) => {
                let skipped = available.min(*left);
                *left -= skipped;
                if *left == 0 {
                    self.part = Part::Method;
                }
                skipped
            }
            Part::Rest => available,
            Part::Method | Part::Target | Part::Version | Part::Header(_) => 0,
        }
    }

    fn advance(&mut self, byte: u8) {
        let next = match (&mut self.part, byte) {
            (Part::Method, b' ') => Part::Target,
            (Part::Target, b' ') => Part::Version,
            (Part::Target | Part::Version, b'\n') => Part::Header(vec![]),
            (Part::Header(line), b'\n') => {
                let line = mem::take(line);
                self.after_header(line.strip_suffix(b"\r").unwrap_or(&line))
            }
            (Part::Header(line), byte) => {
                if line.len() < LONGEST {
                    line.push(byte);
                }
                return;
            }
            (Part::Method | Part::Target | Part::Version | Part::Body(_) | Part::Rest, _) => return,
        };
        self.part = next;
    }

    /// Returns the part after a header, or after the empty line that ends the headers.
    fn after_header(&mut self, line: &[u8]) -> Part {
        if line.is_empty() {
            return match mem::take(&mut self.body) {
                Body::None | Body::Length(0) => Part::Method,
                Body::Length(length) => Part::Body(length),
                Body::Unknown => Part::Rest,
            };
        }
        let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        if is("content-length") && self.body == Body::None {
            self.body = length(line).map_or(Body::Unknown, Body::Length);
        } else if is("content-length") || is("transfer-encoding") || is("upgrade") {
            self.body = Body::Unknown;
        }
        Part::Header(vec![])
    }
}

/// Returns whether the parser refuses an unencoded byte of a target that has no special meaning in a URL.
fn is_refused(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, b'"' | b'<' | b'>' | b'`')
}

/// Returns the value of `Content-Length`. Returns `None` if the line was cut or is malformed.
fn length(line: &[u8]) -> Option<usize> {
    let (_, value) = std::str::from_utf8(line).ok().filter(|line| line.len() < LONGEST)?.split_once(':')?;
    let digits = value.trim();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) { digits.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the encoded requests, and asserts that the result does not depend on the sizes of the chunks.
    fn encoded(requests: &str) -> String {
        let bytes = requests.as_bytes();
        let whole = RequestReader::default().encode(bytes);
        for size in [1, 2, 7] {
            let mut reader = RequestReader::default();
            let pieces: Vec<u8> = bytes.chunks(size).flat_map(|piece| reader.encode(piece)).collect();
            assert_eq!(pieces, whole, "in chunks of {size}");
        }
        String::from_utf8(whole).unwrap()
    }

    #[test]
    fn only_request_targets_are_encoded() {
        let get = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: Köln\r\n\r\n");
        let post = |headers: &str, body: &str| format!("POST /ü HTTP/1.1\r\n{headers}\r\n\r\n{body}");
        let posted = |headers: &str, body: &str| format!("POST /%C3%BC HTTP/1.1\r\n{headers}\r\n\r\n{body}");

        for (requests, expected) in [
            (get("/v1/projects?q=Köln"), get("/v1/projects?q=K%C3%B6ln")),
            (get("/ü?q=\"a\"<b>`%20"), get("/%C3%BC?q=%22a%22%3Cb%3E%60%20")),
            // Connections are reused, and empty lines before a request are ignored.
            (get("/ä") + "\r\n" + &get("/ö"), get("/%C3%A4") + "\r\n" + &get("/%C3%B6")),
            (
                post("Content-Length: 9", "\"ä b ö\"") + &get("/ß"),
                posted("Content-Length: 9", "\"ä b ö\"") + &get("/%C3%9F"),
            ),
            (post("content-length:0", "") + &get("/ß"), posted("content-length:0", "") + &get("/%C3%9F")),
        ] {
            assert_eq!(encoded(&requests), expected);
        }
    }

    #[test]
    fn nothing_is_encoded_after_a_body_of_unknown_length() {
        for header in [
            "Transfer-Encoding: chunked",
            "Upgrade: websocket",
            "Content-Length: +2",
            "Content-Length: 2\r\ncontent-length: 3",
            "Content-Length: 2\r\nTransfer-Encoding: chunked",
            &format!("Content-Length: {}2", "0".repeat(LONGEST)),
        ] {
            let rest = format!(" HTTP/1.1\r\n{header}\r\n\r\nää GET /ö HTTP/1.1\r\n\r\nGET /ö HTTP/1.1\r\n\r\n");

            assert_eq!(encoded(&format!("PUT /ü{rest}")), format!("PUT /%C3%BC{rest}"), "{header}");
        }
    }

    #[tokio::test]
    async fn bytes_beyond_the_buffer_are_read_next() {
        use tokio::io::AsyncReadExt;
        let request = "GET /äöü HTTP/1.1\r\n\r\n".as_bytes();
        let mut stream = EncodedTargets::of(request);
        let (mut read, mut buffer) = (vec![], [0; 5]);

        loop {
            match stream.read(&mut buffer).await.unwrap() {
                0 => break,
                length => read.extend_from_slice(&buffer[..length]),
            }
        }

        assert_eq!(String::from_utf8(read).unwrap(), "GET /%C3%A4%C3%B6%C3%BC HTTP/1.1\r\n\r\n");
    }
}

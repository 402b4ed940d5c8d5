//! Requests of a connection as they arrive: their targets are percent-encoded, and their parts are told apart.
//!
//! Address bars and many clients send umlauts and quotation marks unencoded. The parser of the framework refuses these
//! characters with an empty response before any middleware runs. It panics on header names of 65,536 bytes. Such names are
//! extended beyond the limit of all headers, so that it responds with 431.

use std::mem;

use super::framing::{BodyLength, LONGEST, chunk_size};

/// Length of header names on which the framework panics.
const LONG_NAME: usize = 1 << 16;

/// Largest head that the framework accepts, in bytes. It refuses larger ones with 431.
pub(super) const LARGEST_HEAD: usize = 1 << 17;

/// Finds the parts of the requests of a connection.
#[derive(Default)]
pub(super) struct RequestReader {
    part: Part,
    body: BodyLength,
    /// Number of requests that have begun.
    requests: u64,
    /// Length of the target of the newest request, in bytes.
    target: usize,
}

/// What is expected from the client next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stage {
    /// A request, for which the client may take its time.
    #[default]
    Idle,
    /// The rest of the request line and of the headers.
    Head,
    /// The rest of the body.
    Body,
    /// The end of the body is unknown.
    Unknown,
}

/// The part of a request that the next byte belongs to.
#[derive(Default)]
enum Part {
    /// Nothing of the next request was read.
    #[default]
    Start,
    Method,
    Target,
    Version,
    Header(Header),
    /// The body, with the number of bytes that are left.
    Body(usize),
    /// The line before a chunk of the body, as far as it was read.
    ChunkSize(Vec<u8>),
    /// A chunk of the body with its line end, with the number of bytes that are left.
    Chunk(usize),
    /// A line after the last chunk, with the number of bytes that were read.
    Trailer(usize),
    /// The end of the body is unknown, so the rest of the connection is not encoded.
    Rest,
}

/// A header, as far as it was read.
#[derive(Default)]
struct Header {
    line: Vec<u8>,
    /// Length of the name.
    name: usize,
    is_named: bool,
}

impl RequestReader {
    /// Returns what is expected from the client next, and the number of requests that have begun.
    pub(super) fn stage(&self) -> (Stage, u64) {
        let stage = match self.part {
            Part::Start => Stage::Idle,
            Part::Method | Part::Target | Part::Version | Part::Header(_) => Stage::Head,
            Part::Body(_) | Part::ChunkSize(_) | Part::Chunk(_) | Part::Trailer(_) => Stage::Body,
            Part::Rest => Stage::Unknown,
        };
        (stage, self.requests)
    }

    /// Returns the length of the target of the newest request, in bytes.
    pub(super) fn target(&self) -> usize {
        self.target
    }

    /// Returns bytes of the connection with their request targets percent-encoded.
    pub(super) fn encode(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(bytes.len());
        loop {
            let (body, head) = bytes.split_at(self.skip_body(bytes.len()));
            encoded.extend_from_slice(body);
            let Some((&byte, rest)) = head.split_first() else { return encoded };
            bytes = rest;
            let is_target = matches!(self.part, Part::Target);
            self.target += usize::from(is_target);
            if is_target && is_refused(byte) {
                encoded.extend(percent_encoding::percent_encode_byte(byte).as_bytes());
            } else {
                encoded.push(byte);
                self.advance(byte);
                if matches!(&self.part, Part::Header(header) if header.name == LONG_NAME && !header.is_named) {
                    encoded.resize(encoded.len() + LARGEST_HEAD, byte);
                }
            }
        }
    }

    /// Returns how many of the available bytes belong to a body.
    fn skip_body(&mut self, available: usize) -> usize {
        let (Part::Body(left) | Part::Chunk(left)) = &mut self.part else {
            return if matches!(self.part, Part::Rest) { available } else { 0 };
        };
        let skipped = available.min(*left);
        *left -= skipped;
        if *left == 0 {
            self.part = if matches!(self.part, Part::Body(_)) { Part::Start } else { Part::ChunkSize(vec![]) };
        }
        skipped
    }

    fn advance(&mut self, byte: u8) {
        let next = match (&mut self.part, byte) {
            // Empty lines before a request are ignored.
            (Part::Start, b'\r' | b'\n') | (Part::Trailer(_), b'\r') => return,
            (Part::Start, _) => {
                (self.requests, self.target) = (self.requests + 1, 0);
                Part::Method
            }
            (Part::Method, b' ') => Part::Target,
            (Part::Target, b' ') => Part::Version,
            (Part::Target | Part::Version, b'\n') => Part::Header(Header::default()),
            (Part::Header(header), b'\n') => {
                let line = mem::take(&mut header.line);
                self.after_header(line.strip_suffix(b"\r").unwrap_or(&line))
            }
            (Part::ChunkSize(line), b'\n') => match chunk_size(line) {
                Some(0) => Part::Trailer(0),
                Some(size) => Part::Chunk(size + "\r\n".len()),
                None => Part::Rest,
            },
            (Part::Header(header), byte) => return header.push(byte),
            (Part::ChunkSize(line), byte) => return keep(line, byte),
            (Part::Trailer(0), b'\n') => Part::Start,
            (Part::Trailer(_), b'\n') => Part::Trailer(0),
            (Part::Trailer(length), _) => Part::Trailer(*length + 1),
            (Part::Method | Part::Target | Part::Version | Part::Body(_) | Part::Chunk(_) | Part::Rest, _) => return,
        };
        self.part = next;
    }

    /// Returns the part after a header, or after the empty line that ends the headers.
    fn after_header(&mut self, line: &[u8]) -> Part {
        if line.is_empty() {
            return match mem::take(&mut self.body) {
                BodyLength::None | BodyLength::Known(0) => Part::Start,
                BodyLength::Known(length) => Part::Body(length),
                BodyLength::Chunked => Part::ChunkSize(vec![]),
                BodyLength::Unknown => Part::Rest,
            };
        }
        self.body.read(line);
        Part::Header(Header::default())
    }
}

impl Header {
    fn push(&mut self, byte: u8) {
        self.is_named |= byte == b':';
        self.name += usize::from(!self.is_named);
        keep(&mut self.line, byte);
    }
}

/// Adds a byte to the kept part of a line.
fn keep(line: &mut Vec<u8>, byte: u8) {
    if line.len() < LONGEST {
        line.push(byte);
    }
}

/// Returns whether the parser refuses an unencoded byte of a target that has no special meaning in a URL.
fn is_refused(byte: u8) -> bool {
    !byte.is_ascii() || matches!(byte, b'"' | b'<' | b'>' | b'`')
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
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 2",
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

    #[test]
    fn requests_after_a_chunked_body_are_encoded() {
        let chunked = "POST /ü HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
        let get = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: x\r\n\r\n");
        for body in ["0\r\n\r\n", "7;a=b\r\nGET /ä\r\nB\r\n/ü HTTP/1.\r\n0\r\nx: /ö y\r\n\r\n"] {
            let requests = format!("{chunked}{body}{}", get("/ß"));

            assert_eq!(encoded(&requests), requests.replacen("/ü", "/%C3%BC", 1).replace("/ß", "/%C3%9F"), "{body}");
        }
    }

    #[test]
    fn long_header_names_exceed_the_limit_of_the_framework() {
        let head = |name: usize| format!("GET / HTTP/1.1\r\n{}: {}\r\n\r\n", "x".repeat(name), "y".repeat(99_999));

        assert_eq!(encoded(&head(LONG_NAME - 1)), head(LONG_NAME - 1));
        assert_eq!(encoded(&head(LONG_NAME)), head(LONG_NAME + LARGEST_HEAD));
    }

    #[test]
    fn stages_of_requests_are_told_apart() {
        let mut reader = RequestReader::default();
        for (bytes, stage) in [
            ("", (Stage::Idle, 0)),
            ("\r\nG", (Stage::Head, 1)),
            ("ET / HTTP/1.1\r\nhost: x\r\n", (Stage::Head, 1)),
            ("\r\n", (Stage::Idle, 1)),
            ("POST / HTTP/1.1\r\ncontent-length: 2\r\n\r\n", (Stage::Body, 2)),
            ("{}", (Stage::Idle, 2)),
            ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", (Stage::Body, 3)),
            ("2\r\n{}\r\n", (Stage::Body, 3)),
            ("0\r\n", (Stage::Body, 3)),
            ("x: y\r\n", (Stage::Body, 3)),
            ("\r\n", (Stage::Idle, 3)),
            ("POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", (Stage::Unknown, 4)),
        ] {
            reader.encode(bytes.as_bytes());

            assert_eq!(reader.stage(), stage, "after {bytes:?}");
        }
    }
}

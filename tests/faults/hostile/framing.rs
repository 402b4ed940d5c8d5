//! Requests whose end is ambiguous or malformed. Their bodies contain another request, which must not be served.

use super::{FOLLOWING, RawRequest};

/// Header lines about the length of a body, with `{}` for its length. Each body is a last chunk and a request.
const LENGTHS: [&str; 40] = [
    "content-length: {}\r\ntransfer-encoding: chunked",
    "transfer-encoding: chunked\r\ncontent-length: {}",
    "content-length: {}\r\nTransfer-Encoding: Chunked",
    "content-length: {}\r\ntransfer-encoding: identity",
    "content-length: {}\r\ntransfer-encoding: chunked, identity",
    "content-length: {}\r\ntransfer-encoding: identity, chunked",
    "content-length: {}\r\ntransfer-encoding: gzip, chunked",
    "content-length: {}\r\ntransfer-encoding: xchunked",
    "content-length: {}\r\ntransfer-encoding: chunked;q=1",
    "content-length: {}\r\ntransfer-encoding: \"chunked\"",
    "content-length: {}\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked",
    "content-length: {}\r\ntransfer-encoding: chunked\r\ntransfer-encoding: identity",
    "content-length: {}\r\ntransfer-encoding: x\r\ntransfer-encoding: chunked",
    "content-length: {}\r\ntransfer-encoding:\x0bchunked",
    "content-length: {}\r\ntransfer-encoding:\tchunked",
    "content-length: {}\r\ntransfer-encoding : chunked",
    "content-length: {}\r\ntransfer-encoding:\r\n chunked",
    "content-length: {}\r\n transfer-encoding: chunked",
    "content-length: {}\r\nx: y\r\n transfer-encoding: chunked",
    "content-length: {}\r\nx: y\rtransfer-encoding: chunked",
    "content-length: {}\r\nx: y\ntransfer-encoding: chunked",
    "content-length: {}\r\ntransfer_encoding: chunked",
    "content-length: {}\r\ntransfer-encoding: chunked\0",
    "content-length: {}\r\ncontent-length: 0",
    "content-length: 0\r\ncontent-length: {}",
    "content-length: {}\r\ncontent-length: {}",
    "content-length: {}, {}",
    "content-length: 0, {}",
    "content-length: +{}",
    "content-length: -{}",
    "content-length: {} ",
    "content-length: {}x",
    "content-length: {}.0",
    "content-length: 0x{}",
    "content-length: \"{}\"",
    "content-length: 000000000000000000000000{}",
    "content-length: 18446744073709551616",
    "content-length:",
    "content-length : {}",
    "content-length:\r\n {}",
];

/// Chunked bodies, each with whether it may be taken, so that a request after it counts.
const CHUNKS: [(&str, bool); 24] = [
    ("5;name=value\r\nhello\r\n0\r\n\r\n", true),
    ("5;name=\"a;b\"\r\nhello\r\n0\r\n\r\n", true),
    ("5 \r\nhello\r\n0\r\n\r\n", true),
    ("0000000005\r\nhello\r\n0\r\n\r\n", true),
    ("5\r\nhello\r\n0\r\nx: y\r\n\r\n", true),
    ("5\r\nhello\r\n0\r\ncontent-length: 5\r\n\r\n", true),
    ("5\nhello\n0\n\n", true),
    ("5;\n\r\nhello\r\n0\r\n\r\n", true),
    ("5\rhello\r0\r\r", false),
    ("5\r\nhelloxx0\r\n\r\n", false),
    ("5\r\nhello0\r\n\r\n", false),
    ("g\r\n\r\n", false),
    ("-1\r\n\r\n", false),
    ("+5\r\nhello\r\n0\r\n\r\n", false),
    ("0x5\r\nhello\r\n0\r\n\r\n", false),
    (" 5\r\nhello\r\n0\r\n\r\n", false),
    ("\r\n0\r\n\r\n", false),
    ("fffffffffffffffff\r\n", false),
    ("ffffffffffffffff\r\n", false),
    ("7fffffffffffffff\r\n", false),
    ("100000000\r\n", false),
    ("ff\r\nhel", false),
    ("00000000ff\r\nhel", false),
    ("5\0\r\nhello\r\n0\r\n\r\n", false),
];

/// Returns the requests, with and without a token.
pub(super) fn requests(token: &str) -> Vec<RawRequest> {
    let mut requests = vec![];
    for authorization in ["", token] {
        let head = post("HTTP/1.1", authorization);
        let body = [b"0\r\n\r\n", FOLLOWING].concat();
        for lines in LENGTHS {
            let lines = lines.replace("{}", &body.len().to_string());
            requests.push(request(&lines, [head.as_bytes(), lines.as_bytes(), b"\r\n\r\n", &body].concat(), 1));
        }
        let chunked =
            |chunks: &[u8]| [head.as_bytes(), b"transfer-encoding: chunked\r\n\r\n", chunks, FOLLOWING].concat();
        for (chunks, may_be_taken) in CHUNKS {
            requests.push(request(chunks, chunked(chunks.as_bytes()), 1 + usize::from(may_be_taken)));
        }
        for (what, before, after) in [
            ("a long chunk extension", "5;", "\r\nhello\r\n0\r\n\r\n"),
            ("a long trailer", "0\r\nx: ", "\r\n\r\n"),
            ("a long chunk size", "", "5\r\nhello\r\n0\r\n\r\n"),
        ] {
            let chunks = format!("{before}{}{after}", "0".repeat(200_000));
            requests.push(request(what, chunked(chunks.as_bytes()), 2));
        }
        let old = post("HTTP/1.0", authorization);
        let lines = "content-length: 43\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
        requests.push(request("chunked in HTTP/1.0", [old.as_bytes(), lines.as_bytes(), FOLLOWING].concat(), 1));
    }
    requests
}

fn post(version: &str, authorization: &str) -> String {
    let authorization =
        if authorization.is_empty() { String::new() } else { format!("authorization: {authorization}\r\n") };
    format!("POST /v1/themes {version}\r\nhost: x\r\ncontent-type: application/json\r\n{authorization}")
}

fn request(what: &str, bytes: Vec<u8>, most: usize) -> RawRequest {
    RawRequest { what: format!("framing {what}"), bytes, most, is_answered: false }
}

//! Malformed request lines and header lines, each followed by a well-formed request on the same connection.

use super::{FOLLOWING, RawRequest};

/// Request lines, which a `Host` header follows.
const LINES: [&str; 48] = [
    "",
    "GET",
    "GET ",
    "GET /v1/themes",
    "GET /v1/themes ",
    "GET /v1/themes HTTP",
    "GET /v1/themes HTTP/",
    "GET /v1/themes HTTP/1",
    "GET /v1/themes HTTP/1.",
    "GET /v1/themes HTTP/0.9",
    "GET /v1/themes HTTP/1.2",
    "GET /v1/themes HTTP/1.1.1",
    "GET /v1/themes HTTP/1.10",
    "GET /v1/themes HTTP/11",
    "GET /v1/themes HTTP/2.0",
    "GET /v1/themes http/1.1",
    "GET /v1/themes HTTP/1.1 x",
    "GET  /v1/themes HTTP/1.1",
    "GET /v1/themes  HTTP/1.1",
    "GET\t/v1/themes\tHTTP/1.1",
    " GET /v1/themes HTTP/1.1",
    "\r\n\r\n\r\nGET /v1/themes HTTP/1.1",
    "\0GET /v1/themes HTTP/1.1",
    "G\0T /v1/themes HTTP/1.1",
    "GE(T /v1/themes HTTP/1.1",
    "get /v1/themes HTTP/1.1",
    "GÉT /v1/themes HTTP/1.1",
    "TRACE /v1/themes HTTP/1.1",
    "TRACK /v1/themes HTTP/1.1",
    "GET v1/themes HTTP/1.1",
    "GET /v1/themes x HTTP/1.1",
    "GET /v1/\u{1}themes HTTP/1.1",
    "GET /v1/themes\u{7f} HTTP/1.1",
    "GET /v1/themes#part HTTP/1.1",
    "GET http://x/v1/themes HTTP/1.1",
    "GET http://example.org:99999/v1/themes HTTP/1.1",
    "GET http:///v1/themes HTTP/1.1",
    "GET http://user:password@x/v1/themes HTTP/1.1",
    "GET file:///etc/passwd HTTP/1.1",
    "GET //example.org/v1/themes HTTP/1.1",
    "GET * HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "CONNECT example.org:443 HTTP/1.1",
    "CONNECT /v1/themes HTTP/1.1",
    "GET example.org:443 HTTP/1.1",
    "GET ?limit=1 HTTP/1.1",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "SSH-2.0-OpenSSH_9.0",
];

/// Header lines of a GET request.
const HEADERS: [&str; 44] = [
    "x",
    ":",
    ": y",
    " : y",
    " x: y",
    "x y: z",
    "x : y",
    "x\0: y",
    "x: \0",
    "x: \u{1}",
    "x: \u{7f}",
    "x: y\rz: w",
    "x: y\nz: w",
    "x: y\n\nz: w",
    "x: y\r\n folded",
    "x: y\r\n\tfolded",
    "x:\r\n\r\n folded",
    "\r: x",
    "é: x",
    "x: é",
    "(x): y",
    "x: y\r",
    "host: x",
    "host: x, y",
    "host: other",
    "host:",
    "host: x:99999",
    "host: x:port",
    "host: [::1",
    "host: a b",
    "host: \u{1}",
    "host: user@x",
    "host: x/path",
    "expect: 100-continue",
    "expect: nonsense",
    "connection: close, keep-alive",
    "connection: host",
    "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\nsec-websocket-version: 13",
    "connection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__",
    "upgrade: TLS/1.0",
    "te: trailers, chunked",
    "trailer: content-length",
    "content-length: 0",
    "proxy-connection: keep-alive",
];

/// Bytes that are not HTTP.
const OTHER: [(&str, &[u8]); 5] = [
    ("a TLS handshake", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ("an HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
    ("a PROXY line", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"),
    ("NUL bytes", &[0; 1000]),
    ("bytes beyond ASCII", &[0xff; 1000]),
];

/// Returns the requests.
pub(super) fn requests() -> Vec<RawRequest> {
    let lines = LINES.iter().map(|line| (format!("line {line}"), format!("{line}\r\nhost: x\r\n\r\n")));
    let headers = HEADERS.iter().map(|header| (format!("header {header}"), get(header)));
    let texts = lines.chain(headers).chain(large()).map(|(what, text)| (what, text.into_bytes()));
    let other = OTHER.iter().map(|(what, bytes)| ((*what).to_owned(), bytes.to_vec()));
    let no_host = ("no host".to_owned(), b"GET /v1/themes?limit=1 HTTP/1.1\r\n\r\n".to_vec());
    let all = texts.chain(other).chain([no_host]);
    all.map(|(what, bytes)| RawRequest { what, bytes: [&bytes, FOLLOWING].concat(), most: 2, is_answered: false })
        .collect()
}

fn get(header: &str) -> String {
    format!("GET /v1/themes?limit=1 HTTP/1.1\r\nhost: x\r\n{header}\r\n\r\n")
}

/// Returns requests with long and with many parts.
fn large() -> Vec<(String, String)> {
    let mut large = vec![];
    for length in [8_192, 65_535, 65_536, 131_072, 400_000] {
        let long = "a".repeat(length);
        let line = |line: String| format!("{line} HTTP/1.1\r\nhost: x\r\n\r\n");
        large.extend([
            (format!("method of {length} bytes"), line(format!("{long} /v1/themes"))),
            (format!("path of {length} bytes"), line(format!("GET /v1/{long}"))),
            (format!("query of {length} bytes"), line(format!("GET /v1/themes?q={long}"))),
            (format!("version of {length} bytes"), format!("GET /v1/themes HTTP/1.1{long}\r\nhost: x\r\n\r\n")),
            (format!("header name of {length} bytes"), get(&format!("{long}: x"))),
            (format!("header value of {length} bytes"), get(&format!("x: {long}"))),
            (format!("line of {length} bytes without a colon"), get(&long)),
        ]);
    }
    for count in [64, 97, 1_000, 30_000] {
        let distinct: Vec<_> = (0..count).map(|number| format!("x{number}: y")).collect();
        large.push((format!("{count} headers"), get(&distinct.join("\r\n"))));
        large.push((format!("{count} equal headers"), get(&vec!["x: y"; count].join("\r\n"))));
    }
    large
}

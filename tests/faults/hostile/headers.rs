//! Header values that are malformed or senseless.

use super::RawRequest;

/// Headers that the service or its framework reads.
const NAMES: [&str; 28] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "access-control-request-headers",
    "access-control-request-method",
    "authorization",
    "content-encoding",
    "content-language",
    "content-range",
    "content-type",
    "cookie",
    "forwarded",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-unmodified-since",
    "idempotency-key",
    "last-event-id",
    "origin",
    "prefer",
    "range",
    "referer",
    "traceparent",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-request-id",
];

/// Values of any header.
const VALUES: [&[u8]; 16] = [
    b"",
    b",,,,,,,,",
    b";;;;;;;;",
    b"\"",
    b"\"\\",
    b"*",
    b"*/*;q=1e999",
    b"a;q=0,b;q=-1,c;q=2;d=\"\\\"",
    b"W/\"",
    b"%00%0d%0aset-cookie: faults",
    b"\t\t\t",
    b"\xff\xfe\xc0\xaf",
    "ä€😀\u{202e}".as_bytes(),
    b"18446744073709551616",
    b"bytes=0-18446744073709551615,-1",
    b"../../../../etc/passwd",
];

/// Returns the requests: each value of each header, with reads and writes in turn.
pub(super) fn requests(token: &str) -> Vec<RawRequest> {
    let long = ["x".repeat(20_000), "a,".repeat(10_000), "\"x\", ".repeat(5_000)];
    let values = VALUES.iter().copied().chain(long.iter().map(String::as_bytes));
    let pairs = values.flat_map(|value| NAMES.into_iter().map(move |name| (name, value)));
    let request = |(number, (name, value)): (usize, (&str, &[u8]))| {
        let is_write = number % 2 == 0 && name != "authorization";
        let line = if is_write { "POST /v1/themes?dry_run=true" } else { "GET /v1/themes?limit=1" };
        let own = [("authorization", token), ("content-type", "application/json")];
        let own = own.into_iter().filter(|(own, _)| is_write && *own != name);
        let own: Vec<_> = own.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let head = format!("{line} HTTP/1.1\r\nhost: x\r\n{}{name}: ", own.concat());
        let head = [head.as_bytes(), value, b"\r\n"].concat();
        let what = format!("{name}: {}", String::from_utf8_lossy(value.get(..30).unwrap_or(value)));
        RawRequest::of(what, &head, if is_write { br#"{"slug":"kopf","title":{"de":"Kopf"}}"# } else { b"" })
    };
    pairs.enumerate().map(request).collect()
}

//! Malformed queries and paths.

use std::collections::BTreeMap;

use tests::contract;

use super::RawRequest;

/// Values of a query parameter, as in the URL.
const VALUES: [&[u8]; 41] = [
    b"",
    b"%",
    b"%0",
    b"%zz",
    b"%u0041",
    b"%00",
    b"a%00b",
    b"%ff",
    b"%c0%af",
    b"%e0%80%af",
    b"%ed%a0%80",
    b"%f4%90%80%80",
    b"%f0%9f%98%80",
    b"%e2%80%ae",
    b"\xc3\x28",
    b"\xff",
    b"%25",
    b"%2500",
    b"%5c",
    b"%27",
    b"%27%20or%201=1--",
    b"%27%3bdrop%20table%20theme--",
    b"%0d%0aset-cookie:%20faults",
    b"..%2f..%2fetc%2fpasswd",
    b"0",
    b"-1",
    b"1.5",
    b"1e309",
    b"NaN",
    b"inf,inf,inf,inf",
    b"0x10",
    b"9223372036854775808",
    b"-9223372036854775809",
    b"99999999999999999999999999999999999999",
    b"9999-99-99",
    b"0000-01-01T25:61:61Z",
    b"[]",
    b"{}",
    b",,,,,,",
    b"*",
    b"(((((((((",
];

/// Ends of paths.
const ENDS: [&[u8]; 34] = [
    b"..",
    b"../../etc/passwd",
    b"%2e%2e",
    b"%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    b"%252e%252e%252f",
    b"..;/..;/",
    b"..\\..\\",
    b".",
    b"",
    b"/",
    b"//x",
    b"%2f",
    b"%5c",
    b"%00",
    b"mobility%00",
    b"mobility%00.csv",
    b"mobility%20",
    b"mobility/",
    b"mobility//history",
    b"mobility;a=b",
    b"mobility.csv.csv",
    b"mobility%0d%0aset-cookie:%20faults",
    b"%",
    b"%zz",
    b"%ff",
    b"%c0%ae%c0%ae",
    b"%ed%a0%80",
    b"\xff",
    "ä😀".as_bytes(),
    b"'--",
    b"{key}",
    b"-1",
    b"99999999999999999999",
    b"0197f2a0-0000-7000-8000-00000000000",
];

/// Beginnings of paths.
const BEGINNINGS: [&str; 5] = ["/", "/v1/", "/v1/themes/", "/v1/municipalities/08335043/", "/problems/"];

/// Returns a request for each malformed value of each query parameter in the document, or for every `step`th.
pub(super) fn queries(token: &str, step: usize) -> Vec<RawRequest> {
    let mut parameters = BTreeMap::new();
    let reads = contract().operations().iter().filter(|read| read.method == "get" && !read.is_endless());
    for read in reads.filter(|read| !read.path.contains('.')) {
        for parameter in read.parameters("query") {
            let name = parameter.get("name").and_then(|name| name.as_str()).unwrap_or_default();
            parameters.entry(name).or_insert_with(|| read.example());
        }
    }
    let queries = parameters.iter().flat_map(|(name, path)| strings(name).into_iter().map(move |query| (path, query)));
    queries.step_by(step).map(|(path, query)| get(&[path.as_bytes(), b"?", &query].concat(), token)).collect()
}

/// Returns malformed query strings with a parameter.
fn strings(name: &str) -> Vec<Vec<u8>> {
    let long = ["x".repeat(8_000), "9".repeat(400), "a,".repeat(3_000), "%28".repeat(2_000)];
    let values = VALUES.iter().copied().chain(long.iter().map(String::as_bytes));
    let single = values.map(|value| [name.as_bytes(), b"=", value].concat());
    let repeated = [
        format!("{name}=1&{name}=2"),
        format!("{name}=1;{name}=2"),
        format!("{name}[]=1&{name}[0]=2&{name}.x=3"),
        format!("{name}&{name}&&&=&="),
        format!("{name}=1&").repeat(500),
    ];
    single.chain(repeated.map(String::into_bytes)).collect()
}

/// Returns requests for malformed paths.
pub(super) fn paths() -> Vec<RawRequest> {
    let long = ["x".repeat(4_000), "x/".repeat(4_000), "../".repeat(2_000), "%41".repeat(2_600)];
    let ends = || ENDS.iter().copied().chain(long.iter().map(String::as_bytes));
    let all = BEGINNINGS.iter().flat_map(|beginning| ends().map(move |end| [beginning.as_bytes(), end].concat()));
    all.map(|path| get(&path, "")).collect()
}

fn get(target: &[u8], token: &str) -> RawRequest {
    let authorization = if token.is_empty() { String::new() } else { format!("authorization: {token}\r\n") };
    let head = [b"GET ", target, b" HTTP/1.1\r\nhost: x\r\n", authorization.as_bytes()].concat();
    let what = String::from_utf8_lossy(target.get(..80).unwrap_or(target)).into_owned();
    RawRequest::of(what, &head, b"")
}

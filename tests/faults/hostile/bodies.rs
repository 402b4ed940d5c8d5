//! JSON bodies that are malformed, ambiguous or of unexpected types.

use serde_json::{Value, json};
use tests::complete;

use super::RawRequest;

/// Texts that are not JSON, that are JSON in doubt only, or that are not an entry.
const TEXTS: [&[u8]; 66] = [
    b"",
    b" ",
    b"{",
    b"}",
    b"[",
    b"]",
    b"{}",
    b"[]",
    b"[{}]",
    b"null",
    b"true",
    b"0",
    b"-0",
    b"\"\"",
    b"nul",
    b"NULL",
    b"NaN",
    b"Infinity",
    b"undefined",
    b"{\"slug\"",
    b"{\"slug\":",
    b"{\"slug\":}",
    b"{\"slug\":\"x\",}",
    b"{,\"slug\":\"x\"}",
    b"{\"slug\" \"x\"}",
    b"{\"slug\":\"x\" \"title\":{}}",
    b"{'slug':'x'}",
    b"{slug:\"x\"}",
    b"{1:2}",
    b"{\"slug\":\"x\"}}",
    b"{\"slug\":\"x\"}{\"slug\":\"y\"}",
    b"{\"slug\":\"x\"} x",
    b"/* x */ {}",
    b"{} // x",
    b"# x\n{}",
    b"{\"slug\":01}",
    b"{\"slug\":1.}",
    b"{\"slug\":.5}",
    b"{\"slug\":+1}",
    b"{\"slug\":1e}",
    b"{\"slug\":0x10}",
    b"{\"slug\":1e999}",
    b"{\"slug\":-1e999}",
    b"{\"slug\":1e-999}",
    b"{\"slug\":9223372036854775808}",
    b"{\"slug\":18446744073709551616}",
    b"{\"slug\":\"\\x\"}",
    b"{\"slug\":\"\\u12\"}",
    b"{\"slug\":\"\\u0000\"}",
    b"{\"slug\":\"\\ud800\"}",
    b"{\"slug\":\"\\udc00\\ud800\"}",
    b"{\"slug\":\"\n\"}",
    b"{\"slug\":\"\0\"}",
    b"{\"slug\":\"\xff\"}",
    b"{\"slug\":\"\xc0\xaf\"}",
    b"{\"slug\":\"\xed\xa0\x80\"}",
    b"{\"slug\":\"x",
    b"{\"slug\":\"x\\",
    b"{\"slug\":\"x\",\"slug\":\"y\"}",
    b"{\"\":\"x\"}",
    b"{\"\\u0000\":\"x\"}",
    b"{\"__proto__\":{\"admin\":true},\"constructor\":{}}",
    b"\xef\xbb\xbf\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b"\xfe\xff\0{\0}",
    b"--x\r\ncontent-disposition: form-data; name=slug\r\n\r\nx\r\n--x--",
];

/// Returns the requests: each text, long texts, and entries of every resource with one unexpected member, of which only every
/// `step`th is returned. All are dry runs.
pub(super) fn requests(token: &str, step: usize) -> Vec<RawRequest> {
    let request = |path: &str, what: &str, body: &[u8]| {
        let head = format!(
            "POST {path}?dry_run=true HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\ncontent-type: application/json\r\n"
        );
        RawRequest::of(format!("{path}: {what}"), head.as_bytes(), body)
    };
    let text = |text: &[u8]| String::from_utf8_lossy(text.get(..40).unwrap_or(text)).into_owned();
    let texts =
        TEXTS.iter().flat_map(|body| ["/v1/themes", "/v1/themes/batch"].map(|path| request(path, &text(body), body)));
    let long = long().into_iter().map(|body| request("/v1/themes", &text(body.as_bytes()), body.as_bytes()));
    let entries = entries().into_iter().step_by(step);
    let entries = entries.map(|(path, what, entry)| request(&path, &what, entry.to_string().as_bytes()));
    texts.chain(long).chain(entries).collect()
}

/// Returns texts with many or long parts.
fn long() -> Vec<String> {
    const MANY: usize = 100_000;
    let theme = |title: &str| format!(r#"{{"slug":"lang","title":{{"de":"{title}"}}}}"#);
    let many = |item: &str, count: usize| vec![item; count].join(",");
    let members: Vec<_> = (0..20_000).map(|number| format!(r#""m{number}":{number}"#)).collect();
    vec![
        theme(&"x".repeat(MANY)),
        theme(&"\\u0041".repeat(MANY)),
        theme(&"\\u0000".repeat(MANY)),
        theme(&"e\u{301}".repeat(MANY)),
        theme(&"\u{202e}".repeat(MANY)),
        theme(&"\\\"".repeat(MANY)),
        format!("{{\"{}\":1}}", "x".repeat(MANY)),
        format!("{{{}}}", members.join(",")),
        format!("{{{}}}", many(r#""slug":"x""#, 20_000)),
        format!(r#"{{"slug":"lang","title":{{"de":"x"}},"sdgs":[{}]}}"#, many("1", MANY)),
        format!("[{}]", many("{}", MANY)),
        format!(r#"{{"slug":{}}}"#, "9".repeat(MANY)),
        format!(r#"{{"slug":0.{}}}"#, "1".repeat(MANY)),
        format!(r#"{{"slug":1e{}}}"#, "9".repeat(MANY)),
        format!("{}{{}}{}", " ".repeat(MANY), "\n".repeat(MANY)),
        format!("{}{}", "[".repeat(127), "]".repeat(127)),
        format!("{}{}", "[".repeat(128), "]".repeat(128)),
        format!("{}{}", "[".repeat(129), "]".repeat(129)),
    ]
}

/// Returns the path of each resource with a complete entry of which one member has another value.
fn entries() -> Vec<(String, String, Value)> {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("\u{0}"),
        json!("\u{202e}\u{7f}\n"),
        json!("x".repeat(5_000)),
        json!("'); drop table theme; --"),
        json!("2026-02-30"),
        json!("javascript:alert(1)"),
        json!("http://[::1"),
        json!([]),
        json!([null]),
        json!([[[]]]),
        json!(vec!["x"; 1_000]),
        json!({}),
        json!({ "de": null, "": {} }),
    ];
    let mut entries = vec![];
    for (resource, entry) in complete() {
        for name in entry.as_object().into_iter().flat_map(|members| members.keys()) {
            for value in &values {
                let mut changed = entry.clone();
                if let Some(member) = changed.get_mut(name) {
                    *member = value.clone();
                }
                let what = format!("{name} is {value}").chars().take(60).collect();
                entries.push((format!("/v1/{resource}"), what, changed));
            }
        }
    }
    entries
}

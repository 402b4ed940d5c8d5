//! Requests that the framework refuses before any middleware, and other malformed requests.

use tests::{Answer, SharedApp, exchange};

/// Headers whose values differ between responses.
const VARYING: [&str; 4] = ["content-length", "date", "x-request-id", "connection"];

const POST: &str = "POST /v1/themes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json";

/// Sends a request and asserts that the only response is a problem with the headers of another problem.
fn assert_refused(app: &SharedApp, usual: &Answer, request: &[u8], expected: (u16, &str)) {
    let shown = String::from_utf8_lossy(&request[..request.len().min(90)]).into_owned();
    let answers = exchange(app.address(), request);

    let [answer] = answers.as_slice() else { panic!("{} responses to {shown:?}", answers.len()) };
    assert_eq!((answer.status, answer.problem().as_str()), expected, "{shown:?}");
    for (name, value) in &usual.headers {
        let is_varying = VARYING.contains(&name.as_str()) || name.as_str().contains("ratelimit");
        assert!(is_varying || answer.headers.get(name) == Some(value), "{name} in the response to {shown:?}");
    }
    assert_eq!((answer.header("connection"), answer.header("x-request-id").len()), ("close", 36), "{shown:?}");
    assert!(!answer.header("date").is_empty(), "{shown:?}");
    assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{shown:?}");
    assert_eq!(answer.json()["status"], answer.status, "{shown:?}");
}

#[tokio::test]
async fn malformed_request_returns_a_problem_with_the_headers_of_every_response() {
    let app = SharedApp::first_content();
    let usual = app.anonymous().get("/nowhere").await;

    for request in [
        "G@T / HTTP/1.1\r\nhost: x",
        " GET / HTTP/1.1\r\nhost: x",
        "GET / HTTP/9.9\r\nhost: x",
        "GET /",
        "GET http://[::1/ HTTP/1.1\r\nhost: x",
        "PRI * HTTP/2.0\r\n\r\nSM",
        "\u{16}\u{3}\u{1}\u{2}",
        "GET / HTTP/1.1",
        "GET / HTTP/1.1\r\nhost: x\r\nhost: y",
        "GET / HTTP/1.1\r\nhost : x",
        "GET / HTTP/1.1\r\nhost: x\r\nno colon",
        "GET / HTTP/1.1\r\nhost: x\r\nnäme: y",
        "GET / HTTP/1.1\r\nhost: x\r\na: b\r\n folded",
        "GET / HTTP/1.1\r\nhost: x\r\na: b\0c",
        "POST / HTTP/1.0\r\nhost: x",
    ] {
        assert_refused(app, &usual, format!("{request}\r\n\r\n").as_bytes(), (400, "malformed-request"));
    }
    for framing in [
        "transfer-encoding: foo",
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 3",
        "content-length: 3\r\ncontent-length: 3",
        "content-length: 3, 3",
        "content-length: +3",
        "content-length: -3",
    ] {
        let request = format!("{POST}\r\n{framing}\r\n\r\n{{}}\n");
        assert_refused(app, &usual, request.as_bytes(), (400, "malformed-request"));
    }
}

#[tokio::test]
async fn large_head_returns_a_problem() {
    let app = SharedApp::first_content();
    let usual = app.anonymous().get("/nowhere").await;
    let large = "x".repeat(200_000);

    for head in [
        format!("GET / HTTP/1.1\r\nhost: x\r\nname: {large}"),
        // The framework panics on names of this length.
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}: y", "x".repeat(1 << 16)),
        format!("GET / HTTP/1.1\r\nhost: x{}", "\r\nx: y".repeat(100)),
    ] {
        assert_refused(app, &usual, format!("{head}\r\n\r\n").as_bytes(), (431, "headers-too-large"));
    }
    for target in [&large, &large[..70_000]] {
        let request = format!("GET /{target} HTTP/1.1\r\nhost: x\r\n\r\n");
        assert_refused(app, &usual, request.as_bytes(), (414, "uri-too-long"));
    }
    assert_eq!(app.anonymous().get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn slow_head_returns_a_problem() {
    let app = SharedApp::first_content();
    let usual = app.anonymous().get("/nowhere").await;

    assert_refused(app, &usual, b"GET / HTTP/1.1\r\nhost", (408, "request-timeout"));
}

#[tokio::test]
async fn malformed_request_after_another_is_refused_alone() {
    let app = SharedApp::first_content();

    let answers = exchange(app.address(), b"GET /v1/themes/mobility HTTP/1.1\r\nhost: x\r\n\r\nG@T / HTTP/1.1\r\n\r\n");

    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [200, 400]);
    assert_eq!(
        (answers[0].json()["slug"].as_str(), answers[1].problem().as_str()),
        (Some("mobility"), "malformed-request")
    );
}

#[tokio::test]
async fn malformed_chunk_returns_one_response() {
    let app = SharedApp::first_content();

    for (chunks, token) in [("zz\r\n{}\r\n", ""), ("2\r\n{}x", ""), ("zz\r\n", "\r\nauthorization: Bearer x")] {
        let request = format!("{POST}{token}\r\ntransfer-encoding: chunked\r\n\r\n{chunks}");
        let answers = exchange(app.address(), request.as_bytes());

        let problems: Vec<String> = answers.iter().map(Answer::problem).collect();
        assert_eq!(problems.len(), 1, "{problems:?}");
    }
}

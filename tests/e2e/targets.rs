//! Request targets that are not percent-encoded, and other unusual heads of requests.

use tests::{App, SharedApp, exchange};

fn get(target: &[u8], closes: bool) -> Vec<u8> {
    let connection = if closes { "close" } else { "keep-alive" };
    [b"GET ", target, format!(" HTTP/1.1\r\nhost: x\r\nconnection: {connection}\r\n\r\n").as_bytes()].concat()
}

#[tokio::test]
async fn unencoded_request_target_is_accepted() {
    let app = SharedApp::first_content();
    let encoded =
        ["/v1/projects?q=K%C3%B6ln&limit=1", "/v1/projects?q=%22Smart%20City%22&limit=1", "/v1/projects/k%C3%B6ln"];
    let raw = ["/v1/projects?q=Köln&limit=1", "/v1/projects?q=\"Smart%20City\"&limit=1", "/v1/projects/köln"];

    let mut requests: Vec<u8> = raw.iter().flat_map(|target| get(target.as_bytes(), false)).collect();
    requests.extend(get(b"/v1/themes/mobility", true));
    let responses = exchange(app.address(), &requests);

    assert_eq!(responses.len(), 4, "all responses arrive on one connection");
    for (target, response) in encoded.iter().zip(&responses) {
        let expected = app.anonymous().get(target).await;
        assert_eq!((response.status, response.json()), (expected.status, expected.json()), "{target}");
    }
    assert_eq!((responses[0].status, responses[2].status, responses[3].status), (200, 404, 200));
    assert_eq!(responses[2].json()["detail"], "`köln` does not identify an entry of /v1/projects.");
}

#[tokio::test]
async fn request_target_that_is_not_utf8_returns_400() {
    let app = SharedApp::first_content();

    for target in [&b"/v1/projects?q=K\xf6ln"[..], b"/v1/projects/\xff", b"/v1/projects?q=%ff"] {
        let responses = exchange(app.address(), &get(target, true));

        let [answer] = &responses[..] else { panic!("{} responses", responses.len()) };
        assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed-url"));
        assert!(answer.json()["detail"].as_str().unwrap().contains("UTF-8"), "{}", answer.text());
    }
}

#[tokio::test]
async fn request_bodies_are_not_encoded() {
    let app = App::start();
    let token = app.issue(serde_json::json!({ "subject": "x", "scopes": ["themes:write"] })).await;
    let theme = |slug: &str| format!("{{\"slug\": \"{slug}\", \"title\": {{ \"de\": \"GET /ö HTTP/1.1 \\\"<ß>\" }} }}");
    let post = |slug: &str, is_chunked: bool| {
        let body = theme(slug).replace("<ß>", "ß");
        let length = if is_chunked {
            "transfer-encoding: chunked".to_owned()
        } else {
            format!("content-length: {}", body.len())
        };
        let body = if is_chunked { format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len()) } else { body };
        let head = "POST /v1/themes HTTP/1.1\r\nhost: x\r\ncontent-type: application/json";
        format!("{head}\r\nauthorization: Bearer {token}\r\n{length}\r\n\r\n{body}").into_bytes()
    };

    let requests =
        [post("one-theme", false), get("/v1/projects?q=Köln".as_bytes(), false), post("two-themes", true)].concat();
    let requests = [requests, get(b"/v1/themes", true)].concat();
    let responses = exchange(app.address(), &requests);

    let statuses: Vec<u16> = responses.iter().map(|response| response.status).collect();
    assert_eq!(statuses, [201, 200, 201, 200]);
    for created in [&responses[0], &responses[2]] {
        assert_eq!(created.json()["title"]["de"], "GET /ö HTTP/1.1 \"ß");
    }
}

//! Problem responses: violations, languages, malformed requests.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{App, SharedApp, exchange};

#[tokio::test]
async fn invalid_query_reports_every_violation() {
    let app = SharedApp::first_content();

    let query = "fase=x&round=9&category=foo&limit=0&sort=abc&facets=zz&fields=slug,foo&bbox=1,2&near=a&updated_since=gestern&cursor=x";
    let answer = app.anonymous().get(&format!("/v1/projects?{query}")).await;

    assert_eq!(answer.status, 400);
    insta::assert_json_snapshot!(answer.json());
}

#[tokio::test]
async fn problem_texts_follow_accept_language() {
    let app = SharedApp::first_content();
    let get = async |path: &str, language: &str| app.anonymous().get_with(path, "accept-language", language).await;

    for (language, content_language, title, detail) in [
        ("de-DE,de;q=0.9,en;q=0.8", "de", "Ungültige Parameter", "muss zwischen 1 und 1.000 liegen"),
        ("en-GB, de;q=0.1", "en", "Invalid parameters", "must be from 1 to 1,000"),
        ("fr", "en", "Invalid parameters", "must be from 1 to 1,000"),
    ] {
        let answer = get("/v1/projects?limit=0", language).await;

        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameters"));
        assert_eq!(answer.header("content-language"), content_language);
        assert_eq!(answer.header("vary"), "Accept-Language");
        let problem = answer.json();
        assert_eq!(problem["title"], title);
        let error = &problem["errors"][0];
        assert_eq!((&error["code"], &error["parameter"]), (&json!("range"), &json!("limit")));
        assert_eq!((&error["parameters"], &error["detail"]), (&json!({ "min": 1, "max": 1000 }), &json!(detail)));
    }
    let outside = get("/nowhere", "de").await;
    assert_eq!(outside.json()["detail"], "Diesen Pfad gibt es nicht. /v1/openapi.json beschreibt alle Pfade.");
    let malformed = get("/v1/projects?q=%zz", "de").await;
    assert_eq!((malformed.header("content-language"), malformed.status), ("de", 400));
}

#[tokio::test]
async fn violations_of_writes_follow_accept_language() {
    let app = App::start();
    let editor = app.editor().await;
    let german = [("accept-language", "de")];
    let theme = json!({ "slug": "x", "title": { "de": "" } });

    let refused = editor.post_with("/v1/themes", &theme, &german).await;
    let batch = editor.post_with("/v1/themes/batch?mode=each", &json!([theme]), &german).await;
    let submission = json!({ "resource": "solutions", "content": {} });
    let submission = editor.post_with("/v1/submissions", &submission, &german).await;

    let expected = [("format", "/slug"), ("length", "/title/de")];
    let found = |errors: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = errors.as_array().unwrap().iter();
        errors
            .map(|error| {
                assert!(text(&error["detail"]).starts_with("muss "), "{error}");
                (text(&error["code"]), text(&error["pointer"]))
            })
            .collect()
    };
    let expected: Vec<(String, String)> =
        expected.into_iter().map(|(code, pointer)| (code.to_owned(), pointer.to_owned())).collect();
    assert_eq!(found(&refused.json()["errors"]), expected);
    assert_eq!(found(&batch.json()["items"][0]["problem"]["errors"]), expected);
    let violations = submission.json()["violations"].clone();
    assert_eq!(violations[0]["detail"], "fehlt und muss angegeben werden", "{violations}");
    for answer in [&refused, &batch, &submission] {
        assert_eq!(answer.header("content-language"), "de");
        assert!(answer.header("vary").contains("Accept-Language"));
    }
}

#[tokio::test]
async fn malformed_json_reports_its_line() {
    let app = App::start();
    let editor = app.editor().await;

    let body = Some(("application/json", "{\n\"slug\": }".to_owned()));
    let answer = editor.write(Method::POST, "/v1/themes", &[], body).await;

    assert_eq!((answer.status, answer.problem().as_str()), (400, "malformed-json"), "{}", answer.text());
    let error = &answer.json()["errors"][0];
    assert_eq!((&error["code"], &error["line"]), (&json!("json-syntax"), &json!(2)));
}

#[tokio::test]
async fn invalid_value_reports_its_parameter() {
    let app = SharedApp::first_content();

    for (query, parameter) in
        [("project=nowhere", "project"), ("funded=maybe", "funded"), ("limit=5&limit=6", "limit"), ("ags=8x", "ags")]
    {
        let answer = app.anonymous().get(&format!("/v1/municipalities?{query}")).await;

        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameters"), "{query}");
        assert_eq!(answer.json()["errors"][0]["parameter"], parameter, "{query}");
    }
}

#[tokio::test]
async fn url_with_invalid_percent_encoding_returns_400() {
    let app = App::start();

    for bad in ["%00", "%ff", "%c0%af", "%", "%zz", "a%00b"] {
        for path in [format!("/v1/projects?q={bad}"), format!("/v1/projects/{bad}"), format!("/{bad}")] {
            let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            let answers = exchange(app.address(), request.as_bytes());

            assert_eq!((answers[0].status, answers[0].problem().as_str()), (400, "malformed-url"), "{path}");
        }
    }
}

#[tokio::test]
async fn overlong_url_returns_414() {
    let app = App::start();

    for length in [10_000, 60_000, 100_000, 300_000] {
        let path = format!("/v1/projects?q={}", "x".repeat(length));
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answers = exchange(app.address(), request.as_bytes());

        assert_eq!((answers[0].status, answers[0].problem().as_str()), (414, "uri-too-long"), "{length}");
    }
}

#[tokio::test]
async fn large_or_encoded_body_is_rejected_before_it_is_read() {
    let app = App::start();

    let large = exchange(
        app.address(),
        b"POST /v1/projects HTTP/1.1\r\nhost: x\r\ncontent-length: 1073741824\r\nconnection: close\r\n\r\n",
    );
    let coded = app.anonymous().send(Method::POST, "/v1/projects", &[("content-encoding", "gzip")]).await;

    assert_eq!((large[0].status, large[0].problem().as_str()), (413, "content-too-large"));
    assert_eq!((coded.status, coded.problem().as_str()), (415, "unsupported-content-encoding"));
}

#[tokio::test]
async fn unsupported_format_returns_406() {
    let app = SharedApp::first_content();

    let by_header = app.anonymous().get_with("/v1/projects", "accept", "application/xml").await;
    let by_parameter = app.anonymous().get("/v1/themes?format=geojson").await;
    assert_eq!(app.anonymous().get("/v1/projects").await.status, 200, "the response enters the cache");
    let again = app.anonymous().get_with("/v1/projects", "accept", "application/xml").await;
    assert_eq!(again.status, 406, "a cached response is not sent in an unsupported format");

    assert_eq!((by_header.status, by_header.problem().as_str()), (406, "not-acceptable"));
    assert!(by_header.json()["detail"].as_str().unwrap().contains("application/geo+json"));
    assert_eq!(by_parameter.status, 406);
}

#[tokio::test]
async fn cursor_of_another_query_is_rejected() {
    let app = SharedApp::first_content();
    let page = app.anonymous().get("/v1/projects?round=2&limit=5").await.json();
    let next = page["next"].as_str().unwrap();

    let same = app.anonymous().get(&format!("/v1/projects?round=2&limit=7&fields=slug&cursor={next}")).await;
    let other = app.anonymous().get(&format!("/v1/projects?round=3&limit=5&cursor={next}")).await;
    let broken = app.anonymous().get("/v1/projects?cursor=aGFsbG8").await;

    assert_eq!(same.status, 200);
    assert_eq!((other.status, other.problem().as_str()), (400, "invalid-parameters"));
    assert_eq!(other.json()["errors"][0]["parameter"], "cursor");
    assert_eq!(broken.json()["errors"][0]["parameter"], "cursor");
}

#[tokio::test]
async fn valid_request_id_is_echoed_and_invalid_one_replaced() {
    let app = SharedApp::first_content();

    let kept = app.anonymous().get_with("/v1/themes", "x-request-id", "frontend-1234").await;
    let made = app.anonymous().get_with("/v1/themes", "x-request-id", "a b\"{}").await;

    assert_eq!(kept.header("x-request-id"), "frontend-1234");
    assert_eq!(made.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn unknown_filter_value_lists_the_allowed_values() {
    let app = SharedApp::first_content();

    let theme = app.anonymous().get("/v1/projects?theme=mobility&theme=verkehr").await;
    let place = app.anonymous().get("/v1/projects?municipality=atlantis").await;
    let id = app.anonymous().get("/v1/themes/mobility").await.json()["id"].as_str().unwrap().to_owned();
    let by_id = app.anonymous().get(&format!("/v1/projects?theme={id}&limit=1")).await.json();

    assert_eq!((theme.status, theme.problem().as_str()), (400, "invalid-parameters"));
    let detail = theme.json()["errors"][0]["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("`verkehr` is not allowed") && detail.contains("mobility"), "{detail}");
    assert_eq!(place.json()["errors"][0]["parameter"], "municipality");
    assert_eq!(by_id["total"], app.anonymous().get("/v1/projects?theme=mobility&limit=1").await.json()["total"]);
}

#[tokio::test]
async fn invalid_filter_of_a_streamed_format_returns_400() {
    let app = SharedApp::first_content();

    for query in ["format=csv&theme=nowhere", "format=ndjson&municipality=atlantis", "format=geojson&theme=nowhere"] {
        let answer = app.anonymous().get(&format!("/v1/projects?{query}")).await;

        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameters"), "{query}");
    }
}

#[tokio::test]
async fn out_of_range_dates_and_forged_cursors_return_400() {
    let app = SharedApp::first_content();

    let far = app.anonymous().get("/v1/projects?updated_since=-100000-01-01").await;
    assert_eq!((far.status, far.problem().as_str()), (400, "invalid-parameters"));
    for (order, key) in [("created_at", "-100000-01-01 00:00:00+00"), ("population", "x"), ("title", "\u{0}")] {
        let first = app.anonymous().get(&format!("/v1/municipalities?sort={order}&limit=1")).await.json();
        let cursor = forge_cursor(first["next"].as_str().unwrap(), key);
        let answer = app.anonymous().get(&format!("/v1/municipalities?sort={order}&limit=1&cursor={cursor}")).await;

        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid-parameters"), "{order} {key}");
    }
}

/// Returns the cursor with another sort key.
fn forge_cursor(cursor: &str, key: &str) -> String {
    let mut written: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    written["k"] = key.into();
    URL_SAFE_NO_PAD.encode(written.to_string())
}

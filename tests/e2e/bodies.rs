//! Unexpected request bodies, byte order marks, foreign credentials and weakened entity tags.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{App, Client, contract};

use crate::submissions::content;

/// Returns the write operations without a request body in the OpenAPI document.
fn operations_without_body() -> Vec<openapi::Operation> {
    let has_no_body =
        |operation: &&openapi::Operation| operation.method != "get" && operation.value.get("requestBody").is_none();
    contract().operations().iter().filter(has_no_body).cloned().collect()
}

async fn send_operation(
    client: &Client,
    operation: &openapi::Operation,
    path: &str,
    body: Option<&str>,
) -> tests::Answer {
    let method: Method = operation.method.to_uppercase().parse().unwrap();
    let body = body.map(|body| ("application/json", body.to_owned()));
    client.write(method, path, &[("if-match", "*")], body).await
}

#[tokio::test]
async fn operations_without_a_request_body_reject_one() {
    let app = App::start_with_examples();
    let admin = app.admin();
    assert!(operations_without_body().len() >= 16);

    for operation in operations_without_body() {
        let path = operation.example();
        for (body, status, problem, pointers) in [
            (r#"{"day": "2026-01-01", "a/b": 1}"#, 422, "validation-failed", json!(["/day", "/a~1b"])),
            ("[]", 422, "validation-failed", json!([""])),
            ("null", 422, "validation-failed", json!([""])),
            ("{", 400, "malformed-json", json!([null])),
            ("{} {}", 400, "malformed-json", json!([null])),
            ("day=today", 400, "malformed-json", json!([null])),
        ] {
            let answer = send_operation(&admin, &operation, &path, Some(body)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{} {body}", operation.id);
            let errors = answer.json()["errors"].clone();
            let found: Vec<Value> =
                errors.as_array().into_iter().flatten().map(|error| error["pointer"].clone()).collect();
            assert_eq!(json!(found), pointers, "{} {body}", operation.id);
        }
    }
}

#[tokio::test]
async fn an_unexpected_body_prevents_the_write_and_an_empty_body_does_not() {
    let app = App::start_with_examples();
    let editor = app.editor().await;
    assert_eq!(editor.post("/v1/practice-examples", &content("bleibt")).await.status, 201);
    let here = "/v1/practice-examples/bleibt";
    let before = editor.get(here).await;
    let write = async |method: Method, path: &str, body: Option<&str>| {
        let body = body.map(|body| ("application/json", body.to_owned()));
        editor.write(method, path, &[("if-match", "*")], body).await.status
    };

    let confirmation = format!("{here}/confirmations");
    assert_eq!(write(Method::POST, &confirmation, Some(r#"{"on": "2020-01-01"}"#)).await, 422);
    assert_eq!(write(Method::DELETE, here, Some(r#"{"reason": "x"}"#)).await, 422);
    let after = editor.get(here).await;
    assert_eq!((after.status, after.etag()), (200, before.etag()));
    for body in [None, Some(""), Some("{}"), Some(" {\n}\n")] {
        assert_eq!(write(Method::POST, &confirmation, body).await, 200, "{body:?}");
    }
    assert_eq!(write(Method::DELETE, here, Some("{}")).await, 204);
}

#[tokio::test]
async fn a_byte_order_mark_before_a_body_is_ignored() {
    let app = App::start();
    let editor = app.editor().await;
    let marked = |media, body: &Value| Some((media, format!("\u{feff}{body}")));
    let theme = json!({ "slug": "mit-bom", "title": { "de": "Mit BOM" } });

    let created = editor.write(Method::POST, "/v1/themes", &[], marked("application/json", &theme)).await;
    let patch = marked("application/merge-patch+json", &json!({ "sdgs": [4] }));
    let changed = editor.write(Method::PATCH, "/v1/themes/mit-bom", &[("if-match", "*")], patch).await;
    let batch = marked("application/json", &json!([{ "slug": "noch-eins", "title": { "de": "Noch eins" } }]));
    let batch = editor.write(Method::POST, "/v1/themes/batch", &[], batch).await;
    let deleted = marked("application/json", &json!({}));
    let deleted = editor.write(Method::DELETE, "/v1/themes/mit-bom", &[("if-match", "*")], deleted).await;
    let twice = Some(("application/json", format!("\u{feff}\u{feff}{theme}")));
    let twice = editor.write(Method::POST, "/v1/themes", &[], twice).await;

    assert_eq!((created.status, changed.status, batch.status, deleted.status), (201, 200, 200, 204));
    assert_eq!((twice.status, twice.problem().as_str()), (400, "malformed-json"));
}

/// Credentials of other authentication schemes, such as those for a proxy.
const OTHER_SCHEMES: [&str; 5] = [
    "Basic dXNlcjpwYXNzd29yZA==",
    "Digest username=\"x\", realm=\"y\", nonce=\"z\", uri=\"/\", response=\"0\"",
    "Negotiate YIIJvwYGKwYBBQUCoIIJ",
    "ApiKey",
    "bearertoken abc",
];

#[tokio::test]
async fn reads_ignore_credentials_of_other_schemes() {
    let app = App::start_with_examples();

    for operation in contract().operations().iter().filter(|read| read.method == "get" && !read.is_endless()) {
        let path = operation.short_example();
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let plain = app.anonymous().send(method.clone(), &path, &[]).await;
            // GET is tested with all credentials; one is enough for the other methods.
            for credentials in OTHER_SCHEMES.iter().take(if method == Method::GET { OTHER_SCHEMES.len() } else { 1 }) {
                let answer = app.anonymous().send(method.clone(), &path, &[("authorization", credentials)]).await;
                assert_eq!(answer.status, plain.status, "{} {method} {credentials}", operation.id);
                assert_eq!(
                    answer.header("cache-control"),
                    plain.header("cache-control"),
                    "{} {credentials}",
                    operation.id
                );
                if !["/metrics", "/health/ready"].contains(&&*operation.path) {
                    assert_eq!(answer.etag(), plain.etag(), "{} {credentials}", operation.id);
                }
                if operation.is_guarded() && method == Method::GET {
                    assert_eq!(
                        (answer.status, answer.problem().as_str()),
                        (401, "unauthenticated"),
                        "{}",
                        operation.id
                    );
                }
            }
        }
        for malformed in ["Bearer", "Bearer ", "Bearer x", "bearer x.y.z", "Bearer a b"] {
            let answer = app.anonymous().get_with(&path, "authorization", malformed).await;
            assert_eq!(
                (answer.status, answer.problem().as_str()),
                (401, "invalid-token"),
                "{} {malformed}",
                operation.id
            );
        }
    }
}

#[tokio::test]
async fn writes_with_credentials_of_another_scheme_return_401() {
    let app = App::start();

    for operation in contract().operations().iter().filter(|operation| operation.method != "get") {
        for credentials in OTHER_SCHEMES {
            let method: Method = operation.method.to_uppercase().parse().unwrap();
            let answer = app.anonymous().send(method, &operation.example(), &[("authorization", credentials)]).await;
            assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-token"), "{}", operation.id);
            assert!(answer.text().contains("Authorization: Bearer"), "{}", answer.text());
        }
    }
    // Credentials of another scheme next to a valid token are ignored.
    let token = app.issue(json!({ "subject": "beide", "role": "editor" })).await;
    let both = [("authorization", OTHER_SCHEMES[0]), ("authorization", &*format!("Bearer {token}"))];
    let me = app.anonymous().send(Method::GET, "/v1/me", &both).await;
    assert_eq!((me.status, &me.json()["subject"]), (200, &json!("beide")));
}

#[tokio::test]
async fn if_match_accepts_an_entity_tag_that_a_proxy_made_weak() {
    let app = App::start();
    let editor = app.editor().await;
    editor.post("/v1/practice-examples", &content("geschwaecht")).await;
    let webhook = editor.post("/v1/webhooks", &json!({ "url": "https://example.org/" })).await.json();
    let draft = editor.post("/v1/submissions", &crate::submissions::submission_input(&content("entwurf"))).await.json();
    for (path, patch) in [
        ("/v1/practice-examples/geschwaecht".to_owned(), json!({ "status": "pilot" })),
        (format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap()), json!({ "description": "x" })),
        (format!("/v1/submissions/{}", draft["id"].as_str().unwrap()), json!({ "content": { "status": "pilot" } })),
    ] {
        let read = editor.get(&path).await;
        let list = editor.get(path.rsplit_once('/').unwrap().0).await;
        let quoted = read.etag().trim_matches('"');
        for other_tag in [
            format!("W/{}", list.etag()),
            "W/\"1\"".to_owned(),
            format!("W/\"{}\"", quoted.split('-').next().unwrap()),
            format!("W/\"x-{quoted}\""),
        ] {
            let refused = editor.patch(&path, &patch, &other_tag).await;
            assert_eq!(
                (refused.status, refused.problem().as_str()),
                (412, "precondition-failed"),
                "{path} {other_tag}"
            );
        }
        let weak = format!("W/{}", read.etag());
        let changed = editor.patch(&path, &patch, &weak).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.text());
        assert_eq!(editor.patch(&path, &patch, &weak).await.status, 412, "{path}: the entity tag is outdated");
        let coded = format!("\"{quoted}x\", W/\"{}-gzip\"", changed.etag().trim_matches('"'));
        let gone = if path.contains("submissions") { continue } else { editor.delete(&path, &coded).await };
        assert_eq!(gone.status, 204, "{path}");
    }
}

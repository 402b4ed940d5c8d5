//! What is sent beyond what an operation reads is refused; what is meant for others on the way is not.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{App, Client, contract};

use crate::submissions::content;

/// Operations that take no body by the document.
fn bodiless() -> Vec<openapi::Operation> {
    let takes_none =
        |operation: &&openapi::Operation| operation.method != "get" && operation.value.get("requestBody").is_none();
    contract().operations().iter().filter(takes_none).cloned().collect()
}

async fn sends(client: &Client, operation: &openapi::Operation, path: &str, body: Option<&str>) -> tests::Answer {
    let method: Method = operation.method.to_uppercase().parse().unwrap();
    let body = body.map(|body| ("application/json", body.to_owned()));
    client.write(method, path, &[("if-match", "*")], body).await
}

#[tokio::test]
async fn an_operation_without_a_body_refuses_one() {
    let app = App::start_with_examples();
    let admin = app.admin();
    assert!(bodiless().len() >= 16);

    for operation in bodiless() {
        let path = operation.example();
        for (body, status, problem, pointers) in [
            (r#"{"day": "2026-01-01", "a/b": 1}"#, 422, "validation-failed", json!(["/day", "/a~1b"])),
            ("[]", 422, "validation-failed", json!([""])),
            ("null", 422, "validation-failed", json!([""])),
            ("{", 400, "malformed-json", json!([null])),
            ("{} {}", 400, "malformed-json", json!([null])),
            ("day=today", 400, "malformed-json", json!([null])),
        ] {
            let answer = sends(&admin, &operation, &path, Some(body)).await;
            assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{} {body}", operation.id);
            let errors = answer.json()["errors"].clone();
            let told: Vec<Value> =
                errors.as_array().into_iter().flatten().map(|error| error["pointer"].clone()).collect();
            assert_eq!(json!(told), pointers, "{} {body}", operation.id);
        }
    }
}

#[tokio::test]
async fn what_is_refused_is_not_done_and_without_a_body_it_is() {
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

/// Credentials that are for somebody else, such as a proxy.
const FOREIGN: [&str; 5] = [
    "Basic dXNlcjpwYXNzd29yZA==",
    "Digest username=\"x\", realm=\"y\", nonce=\"z\", uri=\"/\", response=\"0\"",
    "Negotiate YIIJvwYGKwYBBQUCoIIJ",
    "ApiKey",
    "bearertoken abc",
];

#[tokio::test]
async fn a_read_is_not_bothered_by_credentials_of_another_scheme() {
    let app = App::start_with_examples();

    for operation in contract().operations().iter().filter(|read| read.method == "get" && !read.is_endless()) {
        let path = operation.example();
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let plain = app.anonymous().send(method.clone(), &path, &[]).await;
            // One is like another; of a read itself each is tried.
            for foreign in FOREIGN.iter().take(if method == Method::GET { FOREIGN.len() } else { 1 }) {
                let answer = app.anonymous().send(method.clone(), &path, &[("authorization", foreign)]).await;
                assert_eq!(answer.status, plain.status, "{} {method} {foreign}", operation.id);
                assert_eq!(answer.header("cache-control"), plain.header("cache-control"), "{} {foreign}", operation.id);
                if !["/metrics", "/health/ready"].contains(&&*operation.path) {
                    assert_eq!(answer.etag(), plain.etag(), "{} {foreign}", operation.id);
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
async fn a_write_with_credentials_of_another_scheme_is_told_what_to_send() {
    let app = App::start();

    for operation in contract().operations().iter().filter(|operation| operation.method != "get") {
        for foreign in FOREIGN {
            let method: Method = operation.method.to_uppercase().parse().unwrap();
            let answer = app.anonymous().send(method, &operation.example(), &[("authorization", foreign)]).await;
            assert_eq!((answer.status, answer.problem().as_str()), (401, "invalid-token"), "{}", operation.id);
            assert!(answer.text().contains("Authorization: Bearer"), "{}", answer.text());
        }
    }
    // Beside a token of ours, they are for somebody else too.
    let token = app.issue(json!({ "subject": "beide", "role": "editor" })).await;
    let both = [("authorization", FOREIGN[0]), ("authorization", &*format!("Bearer {token}"))];
    let me = app.anonymous().send(Method::GET, "/v1/me", &both).await;
    assert_eq!((me.status, &me.json()["subject"]), (200, &json!("beide")));
}

#[tokio::test]
async fn a_tag_that_a_proxy_made_weak_names_the_revision_it_did() {
    let app = App::start();
    let editor = app.editor().await;
    editor.post("/v1/practice-examples", &content("geschwaecht")).await;
    let webhook = editor.post("/v1/webhooks", &json!({ "url": "https://example.org/" })).await.json();
    let draft = editor.post("/v1/submissions", &crate::submissions::begins(&content("entwurf"))).await.json();
    for (path, patch) in [
        ("/v1/practice-examples/geschwaecht".to_owned(), json!({ "status": "pilot" })),
        (format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap()), json!({ "description": "x" })),
        (format!("/v1/submissions/{}", draft["id"].as_str().unwrap()), json!({ "content": { "status": "pilot" } })),
    ] {
        let read = editor.get(&path).await;
        let list = editor.get(path.rsplit_once('/').unwrap().0).await;
        let quoted = read.etag().trim_matches('"');
        for foreign in [
            format!("W/{}", list.etag()),
            "W/\"1\"".to_owned(),
            format!("W/\"{}\"", quoted.split('-').next().unwrap()),
            format!("W/\"x-{quoted}\""),
        ] {
            let refused = editor.patch(&path, &patch, &foreign).await;
            assert_eq!((refused.status, refused.problem().as_str()), (412, "precondition-failed"), "{path} {foreign}");
        }
        let weak = format!("W/{}", read.etag());
        let changed = editor.patch(&path, &patch, &weak).await;
        assert_eq!(changed.status, 200, "{path}: {}", changed.text());
        assert_eq!(editor.patch(&path, &patch, &weak).await.status, 412, "{path}: it was changed since");
        let coded = format!("\"{quoted}x\", W/\"{}-gzip\"", changed.etag().trim_matches('"'));
        let gone = if path.contains("submissions") { continue } else { editor.delete(&path, &coded).await };
        assert_eq!(gone.status, 204, "{path}");
    }
}

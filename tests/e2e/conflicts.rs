//! Failed preconditions and conflicts return the current state and its entity tag.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App};

/// Asserts that an answer is the given problem and contains the current state with its entity tag.
fn assert_current_state(answer: &Answer, problem: &str, current: &Value) {
    assert_eq!(answer.problem(), problem, "{}", answer.text());
    assert_eq!(&answer.json()["current"], current);
    assert!(!answer.etag().is_empty());
}

#[tokio::test]
async fn failed_writes_of_an_entry_return_its_current_state() {
    let app = App::start();
    let editor = app.editor().await;
    let path = "/v1/themes/mobility";
    let theme = editor.get(path).await;
    let changed = editor.patch(path, &json!({ "title": { "de": "Verkehr" } }), theme.etag()).await;

    let late = editor.patch(path, &json!({ "title": { "de": "Bahn" } }), theme.etag()).await;
    let late_replacement = editor.put(path, &json!({ "slug": "mobility", "title": { "de": "Bahn" } }), "\"1-x\"").await;
    let late_deletion = editor.delete(path, theme.etag()).await;
    let referenced = editor.delete(path, "*").await;
    let other = app.anonymous().get("/v1/themes?limit=1&sort=-title").await.slugs().remove(0);
    let taken = editor.patch(path, &json!({ "slug": other }), "*").await;
    let body = Some(("application/json", json!({ "slug": "mobility", "title": { "de": "Bahn" } }).to_string()));
    let existing = editor.write(Method::PUT, path, &[("if-none-match", "*")], body).await;

    let current = changed.json();
    for (answer, status, problem) in [
        (&late, 412, "precondition-failed"),
        (&late_replacement, 412, "precondition-failed"),
        (&late_deletion, 412, "precondition-failed"),
        (&existing, 412, "already-exists"),
        (&referenced, 409, "referenced"),
        (&taken, 409, "value-taken"),
    ] {
        assert_eq!(answer.status, status);
        assert_current_state(answer, problem, &current);
    }
    let again = editor.patch(path, &json!({ "title": { "de": "Bahn" } }), late.etag()).await;
    assert_eq!(again.status, 200, "{}", again.text());
}

#[tokio::test]
async fn failed_writes_of_webhooks_and_submissions_return_the_current_state() {
    let app = App::start();
    let editor = app.editor().await;
    let webhook = editor.post("/v1/webhooks", &json!({ "url": "https://example.org/" })).await.json();
    let webhook = format!("/v1/webhooks/{}", webhook["id"].as_str().unwrap());
    let submission = editor.post("/v1/submissions", &json!({ "resource": "solutions", "content": {} })).await.json();
    let submission = format!("/v1/submissions/{}", submission["id"].as_str().unwrap());

    let settings = editor.patch(&webhook, &json!({ "active": false }), "\"99-x\"").await;
    let content = editor.patch(&submission, &json!({ "content": { "slug": "probe" } }), "\"99-x\"").await;
    let step = editor.post(&format!("{submission}/actions"), &json!({ "action": "reopen" })).await;

    assert_eq!((settings.status, content.status, step.status), (412, 412, 409));
    assert_current_state(&settings, "precondition-failed", &editor.get(&webhook).await.json());
    let current = editor.get(&submission).await.json();
    assert_current_state(&content, "precondition-failed", &current);
    assert_current_state(&step, "invalid-transition", &current);
    let again = editor.patch(&submission, &json!({ "content": { "slug": "probe" } }), content.etag()).await;
    assert_eq!(again.status, 200, "{}", again.text());
}

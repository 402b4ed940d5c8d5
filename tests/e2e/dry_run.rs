//! A dry run returns the response of the write and stores nothing.

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, App, Client, contract, json_media_type};

async fn send(client: &Client, (method, path): (Method, &str), body: Option<Value>) -> Answer {
    let media = json_media_type(&method);
    let headers: &[(&str, &str)] = if method == Method::POST { &[] } else { &[("if-match", "*")] };
    client.write(method, &format!("{path}?dry_run=true"), headers, body.map(|body| (media, body.to_string()))).await
}

#[test]
fn every_write_documents_the_dry_run_parameter() {
    for operation in contract().operations().iter().filter(|operation| operation.method != "get") {
        let names: Vec<&Value> =
            operation.parameters("query").into_iter().map(|parameter| &parameter["name"]).collect();
        assert!(names.contains(&&json!("dry_run")), "{}", operation.id);
    }
}

#[tokio::test]
async fn a_write_of_an_entry_is_checked_and_not_stored() {
    let app = App::start();
    let editor = app.editor().await;
    let theme = json!({ "slug": "probe", "title": { "de": "Probe" } });
    let changes = async || app.admin().get("/v1/audit?limit=1").await.json()["total"].as_u64().unwrap();
    let before = changes().await;

    let created = send(&editor, (Method::POST, "/v1/themes"), Some(theme.clone())).await;
    let replaced = send(&editor, (Method::PUT, "/v1/themes/mobility"), Some(theme.clone())).await;
    let updated =
        send(&editor, (Method::PATCH, "/v1/themes/mobility"), Some(json!({ "title": { "de": "Probe" } }))).await;
    let deleted = send(&editor, (Method::DELETE, "/v1/courses/smart-city-akademie-electives-2026"), None).await;
    let refused = send(&editor, (Method::POST, "/v1/themes"), Some(json!({ "slug": "probe" }))).await;
    let referenced = send(&editor, (Method::DELETE, "/v1/themes/mobility"), None).await;

    assert_eq!((created.status, &created.json()["slug"]), (201, &json!("probe")));
    assert_eq!((replaced.status, &replaced.json()["slug"]), (200, &json!("probe")));
    assert_eq!((updated.status, &updated.json()["title"]["de"]), (200, &json!("Probe")));
    assert_eq!(deleted.status, 204);
    assert_eq!((refused.status, refused.problem().as_str()), (422, "validation-failed"));
    assert_eq!((referenced.status, referenced.problem().as_str()), (409, "referenced"));
    assert_eq!(app.anonymous().get("/v1/themes/probe").await.status, 404);
    assert_ne!(app.anonymous().get("/v1/themes/mobility").await.json()["title"]["de"], "Probe");
    assert_eq!(app.anonymous().get("/v1/courses/smart-city-akademie-electives-2026").await.status, 200);
    assert_eq!(changes().await, before);
    let stored = editor.post("/v1/themes", &theme).await;
    assert_eq!(stored.status, 201, "a write that passed the dry run succeeds: {}", stored.text());
    assert_eq!(changes().await, before + 1);
}

#[tokio::test]
async fn tokens_webhooks_and_submissions_are_not_stored_and_show_no_secret() {
    let app = App::start();
    let (admin, editor) = (app.admin(), app.editor().await);
    let count = async |client: &Client, path: &str| client.get(path).await.json()["total"].clone();
    let before = [
        count(&admin, "/v1/tokens").await,
        count(&editor, "/v1/webhooks").await,
        count(&editor, "/v1/submissions").await,
    ];

    let token = json!({ "subject": "probe", "role": "editor" });
    let token = send(&admin, (Method::POST, "/v1/tokens"), Some(token)).await;
    let webhook = send(&editor, (Method::POST, "/v1/webhooks"), Some(json!({ "url": "https://example.org/" }))).await;
    let submission = json!({ "resource": "solutions", "content": {} });
    let submission = send(&editor, (Method::POST, "/v1/submissions"), Some(submission)).await;

    for (answer, secret) in [(&token, "access_token"), (&webhook, "secret"), (&submission, "secret")] {
        assert_eq!(answer.status, 201, "{}", answer.text());
        assert!(answer.json().get(secret).is_none(), "{secret}");
    }
    let after = [
        count(&admin, "/v1/tokens").await,
        count(&editor, "/v1/webhooks").await,
        count(&editor, "/v1/submissions").await,
    ];
    assert_eq!(before, after);
}

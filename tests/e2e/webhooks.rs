//! Webhook deliveries: signatures, retries, filters and submission events.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::{App, Client, Endpoint, ReceivedWebhook, until};

pub(crate) const WEBHOOKS: &str = "/v1/webhooks";

fn example(slug: &str, municipality: &str, themes: &[&str]) -> Value {
    json!({
        "slug": slug, "title": { "de": "Zum Prüfen erfunden" }, "municipality": municipality, "relation": "origin",
        "themes": themes, "sources": ["https://example.org/"],
    })
}

/// Creates a webhook, and returns its path and secret.
pub(crate) async fn create_webhook(client: &Client, endpoint: &Endpoint, mut input: Value) -> (String, String) {
    input["url"] = json!(endpoint.url());
    let created = client.post(WEBHOOKS, &input).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let created = created.json();
    (format!("{WEBHOOKS}/{}", created["id"].as_str().unwrap()), created["secret"].as_str().unwrap().to_owned())
}

/// Reads a path until the response meets a condition, and returns the response.
#[track_caller]
pub(crate) fn wait_until(
    client: &Client,
    path: &str,
    condition: impl Fn(&Value) -> bool,
) -> impl Future<Output = Value> {
    until(&format!("{path} meets the condition"), async move || {
        Some(client.get(path).await.json()).filter(|read| condition(read))
    })
}

/// Waits until a webhook has no pending deliveries, and returns its deliveries.
pub(crate) async fn finished_deliveries(client: &Client, path: &str) -> Vec<Value> {
    let is_settled = |log: &Value| log["items"].as_array().unwrap().iter().all(|one| one["state"] != "pending");
    wait_until(client, &format!("{path}/deliveries"), is_settled).await["items"].as_array().unwrap().clone()
}

/// Returns whether a delivery is signed with a secret according to Standard Webhooks.
pub(crate) fn is_signed(received: &ReceivedWebhook, secret: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap());
    let signed =
        format!("{}.{}.{}", received.headers["webhook-id"], received.headers["webhook-timestamp"], received.body);
    let signature = format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes()).as_ref()));
    received.headers["webhook-signature"].split(' ').any(|one| one == signature)
}

pub(crate) fn received_slugs(received: &[ReceivedWebhook]) -> Vec<String> {
    received.iter().map(|received| received.json()["data"]["slug"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_change_is_delivered_with_a_valid_signature() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, secret) = create_webhook(&editor, &endpoint, json!({})).await;

    editor.post("/v1/practice-examples", &example("eins", "08335043", &[])).await;
    editor.patch("/v1/practice-examples/eins", &json!({ "status": "pilot" }), "*").await;
    // Requests a redelivery of a delivered event.
    let received = endpoint.wait_for(2).await;
    let again = format!("{path}/deliveries/{}/redelivery", received[0].headers["webhook-id"]);
    assert_eq!(editor.post(&again, &json!({})).await.json()["state"], "pending");
    let again = endpoint.wait_for(3).await.remove(2);
    editor.delete("/v1/practice-examples/eins", "*").await;
    let received = [&received[..], &endpoint.wait_for(4).await[3..]].concat();

    assert_eq!((&again.headers["webhook-id"], &again.body), (&received[0].headers["webhook-id"], &received[0].body));
    let types: Vec<Value> = received.iter().map(|received| received.json()["type"].clone()).collect();
    assert_eq!(types, ["entry.create", "entry.change", "entry.delete"]);
    assert!(
        received
            .iter()
            .all(|received| is_signed(received, &secret) && received.headers["content-type"] == "application/json")
    );
    assert_eq!(received[1].json()["data"]["content"]["status"], "pilot");
    assert!(received[2].json()["data"].get("content").is_none());
    let feed = app.anonymous().get("/v1/changes?after=0&limit=1").await.json();
    assert!(received[0].json()["data"]["sequence"].as_i64() > feed["items"][0]["sequence"].as_i64());
    let webhook = editor.get(&path).await;
    assert!(!webhook.text().contains("whsec_"), "the secret is shown once");
    finished_deliveries(&editor, &path).await;
    let log = editor.get(&format!("{path}/deliveries?state=delivered")).await;
    assert_eq!(log.each("status"), [204, 204, 204]);
    assert_eq!(log.json()["items"][0]["id"], json!(received[2].headers["webhook-id"]), "newest first");
    assert_eq!(editor.post(&format!("{path}/deliveries/nonsense/redelivery"), &json!({})).await.status, 404);
}

#[tokio::test]
async fn failed_delivery_is_retried_without_following_redirects() {
    let (app, endpoint, other) = (App::start(), Endpoint::open().await, Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;
    endpoint.respond_with(&[&format!("307 Temporary Redirect\r\nlocation: {}", other.url())]);

    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    let log = wait_until(&editor, &format!("{path}/deliveries"), |log| log["items"][0]["attempts"] == 1).await;
    let log = log["items"][0].clone();
    let received = endpoint.wait_for(2).await;

    assert_eq!((&log["state"], &log["status"], &log["attempts"]), (&json!("pending"), &json!(307), &json!(1)));
    assert_eq!(received[0].headers["webhook-id"], received[1].headers["webhook-id"]);
    assert!(other.received().is_empty());
    let log = finished_deliveries(&editor, &path).await;
    assert_eq!((&log[0]["state"], &log[0]["attempts"]), (&json!("delivered"), &json!(2)));

    // A response with status 410 deactivates the webhook.
    endpoint.respond_with(&["410 Gone"]);
    editor.delete("/v1/themes/zum-pruefen", "*").await;
    endpoint.wait_for(3).await;
    finished_deliveries(&editor, &path).await;
    assert_eq!(editor.get(&path).await.json()["active"], false);
    assert_eq!(editor.get(&format!("{path}/deliveries?state=failed")).await.json()["total"], 1);
}

#[tokio::test]
async fn content_deleted_before_delivery_is_not_sent() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;
    endpoint.respond_with(&["503 Service Unavailable"]);

    editor.post("/v1/practice-examples", &example("zu-viel", "08335043", &[])).await;
    let first = endpoint.wait_for(1).await.remove(0);
    editor.delete("/v1/practice-examples/zu-viel", "*").await;
    endpoint.wait_for(2).await;
    let log = editor.get(&format!("{path}/deliveries")).await.json();
    editor.post(&format!("{path}/deliveries/{}/redelivery", first.headers["webhook-id"]), &json!({})).await;
    let again = endpoint.wait_for(3).await.remove(2);

    assert_eq!(first.json()["data"]["content"]["slug"], "zu-viel");
    assert_eq!(again.headers["webhook-id"], first.headers["webhook-id"]);
    assert_eq!((&again.json()["type"], again.json()["data"].get("content")), (&json!("entry.create"), None));
    assert_eq!(log["items"][1]["payload"]["data"]["slug"], "zu-viel");
    assert!(log["items"][1]["payload"]["data"].get("content").is_none(), "the log omits the deleted content");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "three filters and their matching events")]
async fn webhook_filters_limit_deliveries() {
    let app = App::start();
    let editor = app.editor().await;
    let (by_theme, by_place, by_resource) = (Endpoint::open().await, Endpoint::open().await, Endpoint::open().await);
    let mut webhooks = vec![];
    for (endpoint, filter) in [
        (&by_theme, json!({ "themes": ["mobility"] })),
        (&by_place, json!({ "municipalities": ["konstanz"] })),
        (&by_resource, json!({ "resources": ["themes"] })),
    ] {
        webhooks.push(create_webhook(&editor, endpoint, filter).await.0);
    }
    let project = app.anonymous().get("/v1/projects?municipality=08335043").await.slugs().remove(0);

    for (slug, ags, theme) in [("verkehr", "08421000", "mobility"), ("wasser", "08335043", "education")] {
        assert_eq!(editor.post("/v1/practice-examples", &example(slug, ags, &[theme])).await.status, 201);
    }
    for (path, patch) in [
        // Webhooks of the theme also receive the change that removes the theme.
        ("/v1/practice-examples/verkehr", json!({ "themes": ["education"] })),
        ("/v1/practice-examples/verkehr", json!({ "status": "pilot" })),
        (&format!("/v1/projects/{project}"), json!({ "website": "https://example.org/" })),
        ("/v1/municipalities/konstanz", json!({ "website": "https://example.org/" })),
        ("/v1/themes/education", json!({ "sdgs": [5, 6] })),
    ] {
        let changed = editor.patch(path, &patch, "*").await;
        assert_eq!(changed.status, 200, "{path} {}", changed.text());
    }
    by_resource.wait_for(1).await;
    by_theme.wait_for(3).await;
    by_place.wait_for(3).await;
    for webhook in &webhooks {
        finished_deliveries(&editor, webhook).await;
    }

    assert_eq!(received_slugs(&by_theme.received()), ["verkehr".to_owned(), "verkehr".to_owned(), project.clone()]);
    assert_eq!(received_slugs(&by_place.received()), ["wasser".to_owned(), project, "konstanz".to_owned()]);
    assert_eq!(received_slugs(&by_resource.received()), ["education"]);
    let wrong = json!({ "url": by_theme.url(), "themes": ["nowhere"], "municipalities": ["08335043", "atlantis"], "colour": 1 });
    let wrong = editor.post(WEBHOOKS, &wrong).await.json();
    assert_eq!(wrong["errors"][0]["pointer"], "/colour");
    let wrong = json!({ "url": by_theme.url(), "themes": ["nowhere"], "municipalities": ["08335043", "atlantis"] });
    let wrong = editor.post(WEBHOOKS, &wrong).await.json();
    let pointers: Vec<&Value> = wrong["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/themes/0", "/municipalities/1"]);
}

#[tokio::test]
async fn theme_filter_follows_a_renamed_theme() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({ "themes": ["mobility"] })).await;

    let renamed = editor.patch("/v1/themes/mobility", &json!({ "slug": "traffic" }), "*").await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    editor.post("/v1/practice-examples", &example("verkehr", "08421000", &["traffic"])).await;

    assert_eq!(received_slugs(&endpoint.wait_for(2).await), ["traffic", "verkehr"]);
    // Other changes of the webhook keep the filter.
    let paused = editor.patch(&path, &json!({ "active": false }), "*").await;
    assert_eq!((paused.status, &paused.json()["themes"]), (200, &json!(["traffic"])), "{}", paused.text());
}

#[tokio::test]
async fn municipality_receives_events_of_its_submissions() {
    let app = App::start();
    let (own, others) = (Endpoint::open().await, Endpoint::open().await);
    let office =
        |subject: &str, ags: &str| json!({ "subject": subject, "role": "contributor", "municipalities": [ags] });
    let konstanz = app.with_token(office("konstanz", "08335043")).await;
    let ulm = app.with_token(office("ulm", "08421000")).await;
    let editor = app.editor().await;
    let (webhook, secret) = create_webhook(&konstanz, &own, json!({ "changes": false, "submissions": true })).await;
    create_webhook(&ulm, &others, json!({ "changes": false, "submissions": true })).await;

    let begun = json!({ "resource": "practice-examples", "content": example("eigenes", "08335043", &[]) });
    let begun = konstanz.post("/v1/submissions", &begun).await.json();
    let path = format!("/v1/submissions/{}", begun["id"].as_str().unwrap());
    for (client, action) in
        [(&konstanz, "submit"), (&editor, "request_changes"), (&konstanz, "submit"), (&editor, "publish")]
    {
        let step = json!({ "action": action, "comment": "Gern." });
        assert_eq!(client.post(&format!("{path}/actions"), &step).await.status, 200);
    }
    let received = own.wait_for(4).await;

    let types: Vec<Value> = received.iter().map(|received| received.json()["type"].clone()).collect();
    assert_eq!(types, ["submission.submit", "submission.request_changes", "submission.submit", "submission.publish"]);
    let last = received[3].json()["data"].clone();
    assert_eq!(
        (&last["submission"], &last["stage"], &last["comment"]),
        (&json!(path), &json!("published"), &json!("Gern."))
    );
    assert!(last["entry"].as_str().unwrap().starts_with("/v1/practice-examples/"));
    assert!(received.iter().all(|received| is_signed(received, &secret)));
    assert!(others.received().is_empty());
    // A token without the scope for submissions does not see the deliveries about them.
    let log = format!("{webhook}/deliveries");
    assert_eq!(konstanz.get(&log).await.json()["total"], 4);
    let narrow = app.with_scopes(&["webhooks:write"], &["08335043"]).await;
    assert_eq!(narrow.get(&log).await.json()["total"], 0);
    let again = format!("{log}/{}/redelivery", received[0].headers["webhook-id"]);
    assert_eq!(narrow.post(&again, &json!({})).await.status, 404);
}

//! Endpoints of others are told of what happens: signed, all of it, and nothing that is not their affair.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tests::{App, Client, Endpoint, Heard, until};

pub(crate) const WEBHOOKS: &str = "/v1/webhooks";

fn example(slug: &str, municipality: &str, themes: &[&str]) -> Value {
    json!({
        "slug": slug, "title": { "de": "Zum Prüfen erfunden" }, "municipality": municipality, "relation": "origin",
        "themes": themes, "sources": ["https://example.org/"],
    })
}

/// Makes a webhook; gives its path and its secret.
pub(crate) async fn made(client: &Client, endpoint: &Endpoint, mut input: Value) -> (String, String) {
    input["url"] = json!(endpoint.url());
    let made = client.post(WEBHOOKS, &input).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    (format!("{WEBHOOKS}/{}", made["id"].as_str().unwrap()), made["secret"].as_str().unwrap().to_owned())
}

/// What somebody reads, once it is as it should become.
#[track_caller]
pub(crate) fn once(client: &Client, path: &str, is_so: impl Fn(&Value) -> bool) -> impl Future<Output = Value> {
    until(&format!("{path} becomes what it should"), async move || {
        Some(client.get(path).await.json()).filter(|read| is_so(read))
    })
}

/// The log of a webhook, once nothing is on its way.
pub(crate) async fn settled(client: &Client, path: &str) -> Vec<Value> {
    let is_settled = |log: &Value| log["items"].as_array().unwrap().iter().all(|one| one["state"] != "pending");
    once(client, &format!("{path}/deliveries"), is_settled).await["items"].as_array().unwrap().clone()
}

/// Is a message signed with a secret, as Standard Webhooks has it?
pub(crate) fn is_signed(heard: &Heard, secret: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap());
    let signed = format!("{}.{}.{}", heard.headers["webhook-id"], heard.headers["webhook-timestamp"], heard.body);
    let signature = format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed.as_bytes()).as_ref()));
    heard.headers["webhook-signature"].split(' ').any(|one| one == signature)
}

pub(crate) fn slugs(heard: &[Heard]) -> Vec<String> {
    heard.iter().map(|heard| heard.json()["data"]["slug"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_endpoint_is_told_of_each_change_and_can_check_it() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, secret) = made(&editor, &endpoint, json!({})).await;

    editor.post("/v1/practice-examples", &example("eins", "08335043", &[])).await;
    editor.patch("/v1/practice-examples/eins", &json!({ "status": "pilot" }), "*").await;
    // Once more, though it was delivered.
    let heard = endpoint.hears(2).await;
    let again = format!("{path}/deliveries/{}/redelivery", heard[0].headers["webhook-id"]);
    assert_eq!(editor.post(&again, &json!({})).await.json()["state"], "pending");
    let again = endpoint.hears(3).await.remove(2);
    editor.delete("/v1/practice-examples/eins", "*").await;
    let heard = [&heard[..], &endpoint.hears(4).await[3..]].concat();

    assert_eq!((&again.headers["webhook-id"], &again.body), (&heard[0].headers["webhook-id"], &heard[0].body));
    let types: Vec<Value> = heard.iter().map(|heard| heard.json()["type"].clone()).collect();
    assert_eq!(types, ["entry.create", "entry.change", "entry.delete"]);
    assert!(heard.iter().all(|heard| is_signed(heard, &secret) && heard.headers["content-type"] == "application/json"));
    assert_eq!(heard[1].json()["data"]["content"]["status"], "pilot");
    assert!(heard[2].json()["data"].get("content").is_none());
    let feed = app.anonymous().get("/v1/changes?after=0&limit=1").await.json();
    assert!(heard[0].json()["data"]["sequence"].as_i64() > feed["items"][0]["sequence"].as_i64());
    let webhook = editor.get(&path).await;
    assert!(!webhook.text().contains("whsec_"), "the secret is shown once");
    settled(&editor, &path).await;
    let log = editor.get(&format!("{path}/deliveries?state=delivered")).await;
    assert_eq!(log.each("status"), [204, 204, 204]);
    assert_eq!(log.json()["items"][0]["id"], json!(heard[2].headers["webhook-id"]), "newest first");
    assert_eq!(editor.post(&format!("{path}/deliveries/nonsense/redelivery"), &json!({})).await.status, 404);
}

#[tokio::test]
async fn what_fails_is_sent_again_and_no_redirect_is_followed() {
    let (app, endpoint, other) = (App::start(), Endpoint::open().await, Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    endpoint.answers(&[&format!("307 Temporary Redirect\r\nlocation: {}", other.url())]);

    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    let log = once(&editor, &format!("{path}/deliveries"), |log| log["items"][0]["attempts"] == 1).await;
    let log = log["items"][0].clone();
    let heard = endpoint.hears(2).await;

    assert_eq!((&log["state"], &log["status"], &log["attempts"]), (&json!("pending"), &json!(307), &json!(1)));
    assert_eq!(heard[0].headers["webhook-id"], heard[1].headers["webhook-id"]);
    assert!(other.heard().is_empty());
    let log = settled(&editor, &path).await;
    assert_eq!((&log[0]["state"], &log[0]["attempts"]), (&json!("delivered"), &json!(2)));

    // Who is gone hears no more.
    endpoint.answers(&["410 Gone"]);
    editor.delete("/v1/themes/zum-pruefen", "*").await;
    endpoint.hears(3).await;
    settled(&editor, &path).await;
    assert_eq!(editor.get(&path).await.json()["active"], false);
    assert_eq!(editor.get(&format!("{path}/deliveries?state=failed")).await.json()["total"], 1);
}

#[tokio::test]
async fn what_is_deleted_before_it_is_told_is_not_told() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    endpoint.answers(&["503 Service Unavailable"]);

    editor.post("/v1/practice-examples", &example("zu-viel", "08335043", &[])).await;
    let first = endpoint.hears(1).await.remove(0);
    editor.delete("/v1/practice-examples/zu-viel", "*").await;
    endpoint.hears(2).await;
    let log = editor.get(&format!("{path}/deliveries")).await.json();
    editor.post(&format!("{path}/deliveries/{}/redelivery", first.headers["webhook-id"]), &json!({})).await;
    let again = endpoint.hears(3).await.remove(2);

    assert_eq!(first.json()["data"]["content"]["slug"], "zu-viel");
    assert_eq!(again.headers["webhook-id"], first.headers["webhook-id"]);
    assert_eq!((&again.json()["type"], again.json()["data"].get("content")), (&json!("entry.create"), None));
    assert_eq!(log["items"][1]["payload"]["data"]["slug"], "zu-viel");
    assert!(log["items"][1]["payload"]["data"].get("content").is_none(), "nor is it shown");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "three filters, and what each lets through")]
async fn an_endpoint_hears_what_it_asked_for_alone() {
    let app = App::start();
    let editor = app.editor().await;
    let (by_theme, by_place, by_resource) = (Endpoint::open().await, Endpoint::open().await, Endpoint::open().await);
    let mut webhooks = vec![];
    for (endpoint, filter) in [
        (&by_theme, json!({ "themes": ["mobility"] })),
        (&by_place, json!({ "municipalities": ["konstanz"] })),
        (&by_resource, json!({ "resources": ["themes"] })),
    ] {
        webhooks.push(made(&editor, endpoint, filter).await.0);
    }
    let project = app.anonymous().get("/v1/projects?municipality=08335043").await.slugs().remove(0);

    for (slug, ags, theme) in [("verkehr", "08421000", "mobility"), ("wasser", "08335043", "education")] {
        assert_eq!(editor.post("/v1/practice-examples", &example(slug, ags, &[theme])).await.status, 201);
    }
    for (path, patch) in [
        // It has the theme no more, which those who follow it must hear.
        ("/v1/practice-examples/verkehr", json!({ "themes": ["education"] })),
        ("/v1/practice-examples/verkehr", json!({ "status": "pilot" })),
        (&format!("/v1/projects/{project}"), json!({ "website": "https://example.org/" })),
        ("/v1/municipalities/konstanz", json!({ "website": "https://example.org/" })),
        ("/v1/themes/education", json!({ "sdgs": [5, 6] })),
    ] {
        let changed = editor.patch(path, &patch, "*").await;
        assert_eq!(changed.status, 200, "{path} {}", changed.text());
    }
    by_resource.hears(1).await;
    by_theme.hears(3).await;
    by_place.hears(3).await;
    for webhook in &webhooks {
        settled(&editor, webhook).await;
    }

    assert_eq!(slugs(&by_theme.heard()), ["verkehr".to_owned(), "verkehr".to_owned(), project.clone()]);
    assert_eq!(slugs(&by_place.heard()), ["wasser".to_owned(), project, "konstanz".to_owned()]);
    assert_eq!(slugs(&by_resource.heard()), ["education"]);
    let wrong = json!({ "url": by_theme.url(), "themes": ["nowhere"], "municipalities": ["08335043", "atlantis"], "colour": 1 });
    let wrong = editor.post(WEBHOOKS, &wrong).await.json();
    assert_eq!(wrong["errors"][0]["pointer"], "/colour");
    let wrong = json!({ "url": by_theme.url(), "themes": ["nowhere"], "municipalities": ["08335043", "atlantis"] });
    let wrong = editor.post(WEBHOOKS, &wrong).await.json();
    let pointers: Vec<&Value> = wrong["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/themes/0", "/municipalities/1"]);
}

#[tokio::test]
async fn a_theme_is_followed_under_its_new_name() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({ "themes": ["mobility"] })).await;

    let renamed = editor.patch("/v1/themes/mobility", &json!({ "slug": "traffic" }), "*").await;
    assert_eq!(renamed.status, 200, "{}", renamed.text());
    editor.post("/v1/practice-examples", &example("verkehr", "08421000", &["traffic"])).await;

    assert_eq!(slugs(&endpoint.hears(2).await), ["traffic", "verkehr"]);
    // Whoever changes something else of it need not know.
    let paused = editor.patch(&path, &json!({ "active": false }), "*").await;
    assert_eq!((paused.status, &paused.json()["themes"]), (200, &json!(["traffic"])), "{}", paused.text());
}

#[tokio::test]
async fn a_municipality_hears_of_the_steps_of_its_submissions() {
    let app = App::start();
    let (own, others) = (Endpoint::open().await, Endpoint::open().await);
    let office =
        |subject: &str, ags: &str| json!({ "subject": subject, "role": "contributor", "municipalities": [ags] });
    let konstanz = app.with_token(office("konstanz", "08335043")).await;
    let ulm = app.with_token(office("ulm", "08421000")).await;
    let editor = app.editor().await;
    let (webhook, secret) = made(&konstanz, &own, json!({ "changes": false, "submissions": true })).await;
    made(&ulm, &others, json!({ "changes": false, "submissions": true })).await;

    let begun = json!({ "resource": "practice-examples", "content": example("eigenes", "08335043", &[]) });
    let begun = konstanz.post("/v1/submissions", &begun).await.json();
    let path = format!("/v1/submissions/{}", begun["id"].as_str().unwrap());
    for (client, action) in
        [(&konstanz, "submit"), (&editor, "request_changes"), (&konstanz, "submit"), (&editor, "publish")]
    {
        let step = json!({ "action": action, "comment": "Gern." });
        assert_eq!(client.post(&format!("{path}/actions"), &step).await.status, 200);
    }
    let heard = own.hears(4).await;

    let types: Vec<Value> = heard.iter().map(|heard| heard.json()["type"].clone()).collect();
    assert_eq!(types, ["submission.submit", "submission.request_changes", "submission.submit", "submission.publish"]);
    let last = heard[3].json()["data"].clone();
    assert_eq!(
        (&last["submission"], &last["stage"], &last["comment"]),
        (&json!(path), &json!("published"), &json!("Gern."))
    );
    assert!(last["entry"].as_str().unwrap().starts_with("/v1/practice-examples/"));
    assert!(heard.iter().all(|heard| is_signed(heard, &secret)));
    assert!(others.heard().is_empty());
    // Who may not submit does not read there what it may not read of the submission.
    let log = format!("{webhook}/deliveries");
    assert_eq!(konstanz.get(&log).await.json()["total"], 4);
    let narrow = app.with_scopes(&["webhooks:write"], &["08335043"]).await;
    assert_eq!(narrow.get(&log).await.json()["total"], 0);
    let again = format!("{log}/{}/redelivery", heard[0].headers["webhook-id"]);
    assert_eq!(narrow.post(&again, &json!({})).await.status, 404);
}

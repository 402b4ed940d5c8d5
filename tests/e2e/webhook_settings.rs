//! Webhooks are set, changed and ended by those whose they are, and lead nowhere they should not.

use serde_json::json;
use tests::{App, Endpoint, until_true};

use crate::webhooks::{WEBHOOKS, is_signed, made, once, settled, slugs};

/// Changes something that only time would, where tests can.
pub(crate) async fn later(app: &App, sql: &str) {
    let beside = app.database.connect().await;
    sea_orm::ConnectionTrait::execute_raw(&beside, tests::statement(sql)).await.unwrap();
    beside.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn what_an_endpoint_does_not_take_within_a_day_is_given_up() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    // Nobody listens there.
    let deaf = json!({ "url": "http://127.0.0.1:9/" });
    assert_eq!(editor.patch(&path, &deaf, "*").await.status, 200);

    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    once(&editor, &path, |webhook| webhook.get("rests_until").is_some()).await;
    later(&app, "update webhook_delivery set asked_at = now() - interval '2 days'").await;
    later(&app, "update webhook set rests_until = null, silent_since = now() - interval '2 days'").await;
    let log = settled(&editor, &path).await;
    assert_eq!((&log[0]["state"], &log[0]["attempts"]), (&json!("failed"), &json!(2)), "{}", log[0]);
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_webhook_ends_with_its_token_and_hears_again_once_it_is_set_with_another() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    assert!(editor.get(&path).await.json()["ends_at"].as_str() > Some("2026"));
    later(&app, "update webhook set ends_at = now()").await;

    let webhook = once(&editor, &path, |webhook| webhook["active"] == false).await;
    assert_eq!(webhook["inactive_because"], "the token that set it has ended");
    let awake = editor.patch(&path, &json!({ "active": true }), "*").await.json();
    assert_eq!((&awake["active"], awake.get("inactive_because")), (&json!(true), None));
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    endpoint.hears(1).await;

    // What is deleted goes for good, with what it was told.
    assert_eq!(editor.delete(&path, "*").await.status, 204);
    assert_eq!(editor.get(&format!("{path}/deliveries")).await.status, 404);
    let beside = app.database.connect().await;
    let left = "select 1 from webhook union all select 1 from webhook_delivery";
    until_true("nothing is left of the webhook", async || {
        sea_orm::ConnectionTrait::query_all_raw(&beside, tests::statement(left)).await.unwrap().is_empty()
    })
    .await;
    beside.close().await.unwrap();
}

#[tokio::test]
async fn a_webhook_ends_with_the_token_that_set_it_and_has_no_more_rights() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let (editor, officer) = (app.editor().await, app.with_scopes(&["webhooks:write"], &["08335043"]).await);

    let submissions = json!({ "url": endpoint.url(), "submissions": true });
    let refused = officer.post(WEBHOOKS, &submissions).await;
    assert_eq!((refused.status, refused.problem().as_str()), (403, "insufficient-scope"));
    let (path, _) = made(&officer, &endpoint, json!({})).await;
    let other = Endpoint::open().await;
    made(&editor, &other, json!({})).await;
    let token = officer.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(app.admin().get(&path).await.json()["active"], true, "who administers tokens sees what they set");
    app.admin().post(&format!("/v1/tokens/{token}/revocation"), &json!({})).await;
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    // Another webhook is told of the change, so that this one was passed over.
    other.hears(1).await;

    assert!(endpoint.heard().is_empty());
    let ended = app.admin().get(&path).await.json();
    assert_eq!(
        (&ended["active"], &ended["inactive_because"]),
        (&json!(false), &json!("the token that set it was revoked"))
    );
    for _ in 0..19 {
        assert_eq!(editor.post(WEBHOOKS, &json!({ "url": endpoint.url() })).await.status, 201);
    }
    let enough = editor.post(WEBHOOKS, &json!({ "url": endpoint.url() })).await;
    assert_eq!((enough.status, enough.problem().as_str()), (409, "quota-exceeded"));
}

#[tokio::test]
async fn a_webhook_is_changed_paused_and_deleted_by_those_whose_it_is() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let konstanz = app.with_scopes(&["webhooks:write"], &["08335043"]).await;
    let (path, _) = made(&konstanz, &endpoint, json!({ "description": "Unsere Seite" })).await;
    let ulm = app.with_scopes(&["webhooks:write"], &["08421000"]).await;

    for stranger in [&editor, &ulm] {
        assert_eq!(stranger.get(WEBHOOKS).await.json()["total"], 0);
        for path in [path.clone(), format!("{path}/deliveries")] {
            assert_eq!(stranger.get(&path).await.status, 404);
        }
        assert_eq!(stranger.delete(&path, "*").await.status, 404);
        assert_eq!(stranger.put(&path, &json!({ "url": endpoint.url() }), "*").await.status, 404);
        assert_eq!(stranger.patch(&path, &json!({ "active": false }), "*").await.status, 404);
        assert_eq!(stranger.post(&format!("{path}/secret"), &json!({})).await.status, 404);
    }
    let read = konstanz.get(&path).await;
    let me = konstanz.get("/v1/me").await.json();
    assert_eq!((&read.json()["owner"], &read.json()["token"]), (&me["subject"], &me["token"]));
    let paused = konstanz.put(&path, &json!({ "url": endpoint.url(), "active": false }), read.etag()).await;
    let late = konstanz.put(&path, &json!({ "url": endpoint.url() }), read.etag()).await;
    assert_eq!((paused.status, late.status, paused.json().get("description")), (200, 412, None));
    editor.post("/v1/themes", &json!({ "slug": "unbemerkt", "title": { "de": "Prüfen" } })).await;
    let awake = konstanz.patch(&path, &json!({ "active": true }), paused.etag()).await;
    assert_eq!((awake.status, &awake.json()["url"]), (200, &json!(endpoint.url())));
    let wrong = konstanz.patch(&path, &json!({ "url": null, "themes": ["nowhere"] }), "*").await;
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["pointer"]), (422, &json!("/url")));
    let deaf = konstanz.patch(&path, &json!({ "changes": false }), "*").await;
    assert_eq!((deaf.status, &deaf.json()["errors"][0]["pointer"]), (422, &json!("/changes")));
    let nowhere = konstanz.patch(&path, &json!({ "url": "ftp://example.org/" }), "*").await;
    assert_eq!(nowhere.json()["errors"].as_array().map(Vec::len), Some(1), "{}", nowhere.text());
    editor.post("/v1/themes", &json!({ "slug": "bemerkt", "title": { "de": "Prüfen" } })).await;
    assert_eq!(slugs(&endpoint.hears(1).await), ["bemerkt"]);
    assert_eq!(konstanz.delete(&path, "*").await.status, 204);
    assert_eq!(konstanz.get(&path).await.status, 404);
    let key = [("idempotency-key", "eins")];
    assert_eq!(konstanz.post_with(WEBHOOKS, &json!({ "url": endpoint.url() }), &key).await.status, 400);
}

#[tokio::test]
async fn a_secret_is_changed_without_a_gap() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, old) = made(&editor, &endpoint, json!({})).await;

    let rotated = editor.post(&format!("{path}/secret"), &json!({})).await;
    // The answer is lost, and it is asked for again.
    let rotated =
        if rotated.status == 201 { editor.post(&format!("{path}/secret"), &json!({})).await } else { rotated };
    let new = rotated.json()["secret"].as_str().unwrap().to_owned();
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    let heard = endpoint.hears(1).await;

    assert_eq!(rotated.status, 201);
    assert_ne!(old, new);
    assert!(is_signed(&heard[0], &old) && is_signed(&heard[0], &new));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_former_secret_signs_for_a_day() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, old) = made(&editor, &endpoint, json!({})).await;
    let new = editor.post(&format!("{path}/secret"), &json!({})).await.json()["secret"].as_str().unwrap().to_owned();

    later(&app, "update webhook set former_until = now() - interval '1 second'").await;
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    let heard = endpoint.hears(1).await;
    assert!(!is_signed(&heard[0], &old) && is_signed(&heard[0], &new));
}

#[tokio::test]
async fn what_is_asked_for_once_more_is_sent_at_once_though_the_endpoint_rests() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    // No answer that could be read, twice: it is left alone for half a minute.
    endpoint.answers(&["nonsense", "nonsense"]);

    for slug in ["erstes", "zweites"] {
        editor.post("/v1/themes", &json!({ "slug": slug, "title": { "de": "Prüfen" } })).await;
    }
    endpoint.hears(2).await;
    let is_tried = |log: &serde_json::Value| log["items"].as_array().unwrap().iter().all(|one| one["attempts"] != 0);
    let log = once(&editor, &format!("{path}/deliveries"), is_tried).await;
    let rests = editor.get(&path).await.json()["rests_until"].as_str().unwrap().to_owned();
    for delivery in log["items"].as_array().unwrap() {
        assert!(delivery["next_at"].as_str() >= Some(&rests), "{delivery} before {rests}");
    }

    let again = format!("{path}/deliveries/{}/redelivery", log["items"][0]["id"].as_str().unwrap());
    let asked = editor.post(&again, &json!({})).await.json();
    assert!(asked["next_at"].as_str() < Some(&rests), "{asked} at {rests}");
    let heard = endpoint.hears(3).await;
    assert_eq!(heard[2].json()["data"]["slug"], "zweites", "before what waits longer");
    assert_eq!(settled(&editor, &path).await.len(), 2);
    assert!(editor.get(&path).await.json().get("rests_until").is_none());
}

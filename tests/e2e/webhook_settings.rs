//! Creation, update, expiry and deletion of webhooks, and their secrets.

use serde_json::json;
use tests::{App, Endpoint, until_true};

use crate::webhooks::{WEBHOOKS, create_webhook, finished_deliveries, is_signed, received_slugs, wait_until};

/// Executes SQL in the database of a service, such as a change of stored times.
pub(crate) async fn execute_sql(app: &App, sql: &str) {
    let connection = app.database.connect().await;
    sea_orm::ConnectionTrait::execute_raw(&connection, tests::statement(sql)).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn delivery_that_fails_for_a_day_is_abandoned() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;
    // No server listens on this port.
    let unusable = json!({ "url": "http://127.0.0.1:9/" });
    assert_eq!(editor.patch(&path, &unusable, "*").await.status, 200);

    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    wait_until(&editor, &path, |webhook| webhook.get("rests_until").is_some()).await;
    execute_sql(&app, "update webhook_delivery set asked_at = now() - interval '2 days'").await;
    execute_sql(&app, "update webhook set rests_until = null, silent_since = now() - interval '2 days'").await;
    let log = finished_deliveries(&editor, &path).await;
    assert_eq!((&log[0]["state"], &log[0]["attempts"]), (&json!("failed"), &json!(2)), "{}", log[0]);
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn webhook_of_an_expired_token_can_be_reactivated() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;
    assert!(editor.get(&path).await.json()["ends_at"].as_str() > Some("2026"));
    execute_sql(&app, "update webhook set ends_at = now()").await;

    let webhook = wait_until(&editor, &path, |webhook| webhook["active"] == false).await;
    assert_eq!(webhook["inactive_because"], "the token that created or last changed it has expired");
    let awake = editor.patch(&path, &json!({ "active": true }), "*").await.json();
    assert_eq!((&awake["active"], awake.get("inactive_because")), (&json!(true), None));
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    endpoint.wait_for(1).await;

    // Deletion also removes the deliveries.
    assert_eq!(editor.delete(&path, "*").await.status, 204);
    assert_eq!(editor.get(&format!("{path}/deliveries")).await.status, 404);
    let connection = app.database.connect().await;
    let left = "select 1 from webhook union all select 1 from webhook_delivery";
    until_true("nothing is left of the webhook", async || {
        sea_orm::ConnectionTrait::query_all_raw(&connection, tests::statement(left)).await.unwrap().is_empty()
    })
    .await;
    connection.close().await.unwrap();
}

#[tokio::test]
async fn webhook_ends_when_its_token_is_revoked() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let (editor, officer) = (app.editor().await, app.with_scopes(&["webhooks:write"], &["08335043"]).await);

    let submissions = json!({ "url": endpoint.url(), "submissions": true });
    let refused = officer.post(WEBHOOKS, &submissions).await;
    assert_eq!((refused.status, refused.problem().as_str()), (403, "insufficient-scope"));
    let (path, _) = create_webhook(&officer, &endpoint, json!({})).await;
    let other = Endpoint::open().await;
    create_webhook(&editor, &other, json!({})).await;
    let token = officer.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(
        app.admin().get(&path).await.json()["active"],
        true,
        "a token administrator sees the webhooks of all tokens"
    );
    app.admin().post(&format!("/v1/tokens/{token}/revocation"), &json!({})).await;
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    // The delivery to another webhook shows that this webhook was skipped.
    other.wait_for(1).await;

    assert!(endpoint.received().is_empty());
    let ended = app.admin().get(&path).await.json();
    assert_eq!(
        (&ended["active"], &ended["inactive_because"]),
        (&json!(false), &json!("the token that created or last changed it was revoked"))
    );
    for _ in 0..19 {
        assert_eq!(editor.post(WEBHOOKS, &json!({ "url": endpoint.url() })).await.status, 201);
    }
    let enough = editor.post(WEBHOOKS, &json!({ "url": endpoint.url() })).await;
    assert_eq!((enough.status, enough.problem().as_str()), (409, "quota-exceeded"));
}

#[tokio::test]
async fn only_the_owner_updates_pauses_and_deletes_a_webhook() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let konstanz = app.with_scopes(&["webhooks:write"], &["08335043"]).await;
    let (path, _) = create_webhook(&konstanz, &endpoint, json!({ "description": "Unsere Seite" })).await;
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
    let unusable = konstanz.patch(&path, &json!({ "changes": false }), "*").await;
    assert_eq!((unusable.status, &unusable.json()["errors"][0]["pointer"]), (422, &json!("/changes")));
    let nowhere = konstanz.patch(&path, &json!({ "url": "ftp://example.org/" }), "*").await;
    assert_eq!(nowhere.json()["errors"].as_array().map(Vec::len), Some(1), "{}", nowhere.text());
    editor.post("/v1/themes", &json!({ "slug": "bemerkt", "title": { "de": "Prüfen" } })).await;
    assert_eq!(received_slugs(&endpoint.wait_for(1).await), ["bemerkt"]);
    assert_eq!(konstanz.delete(&path, "*").await.status, 204);
    assert_eq!(konstanz.get(&path).await.status, 404);
    let key = [("idempotency-key", "eins")];
    assert_eq!(konstanz.post_with(WEBHOOKS, &json!({ "url": endpoint.url() }), &key).await.status, 400);
}

#[tokio::test]
async fn rotated_secret_signs_together_with_the_former_one() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, old) = create_webhook(&editor, &endpoint, json!({})).await;

    let rotated = editor.post(&format!("{path}/secret"), &json!({})).await;
    // The first response counts as lost, so the client repeats the request.
    let rotated =
        if rotated.status == 201 { editor.post(&format!("{path}/secret"), &json!({})).await } else { rotated };
    let new = rotated.json()["secret"].as_str().unwrap().to_owned();
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    let received = endpoint.wait_for(1).await;

    assert_eq!(rotated.status, 201);
    assert_ne!(old, new);
    assert!(is_signed(&received[0], &old) && is_signed(&received[0], &new));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn former_secret_stops_signing_after_a_day() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, old) = create_webhook(&editor, &endpoint, json!({})).await;
    let new = editor.post(&format!("{path}/secret"), &json!({})).await.json()["secret"].as_str().unwrap().to_owned();

    execute_sql(&app, "update webhook set former_until = now() - interval '1 second'").await;
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    let received = endpoint.wait_for(1).await;
    assert!(!is_signed(&received[0], &old) && is_signed(&received[0], &new));
}

#[tokio::test]
async fn redelivery_is_sent_at_once_while_the_endpoint_rests() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = create_webhook(&editor, &endpoint, json!({})).await;
    // After two unreadable responses, deliveries to the endpoint pause for half a minute.
    endpoint.respond_with(&["nonsense", "nonsense"]);

    for slug in ["erstes", "zweites"] {
        editor.post("/v1/themes", &json!({ "slug": slug, "title": { "de": "Prüfen" } })).await;
    }
    endpoint.wait_for(2).await;
    let is_tried = |log: &serde_json::Value| log["items"].as_array().unwrap().iter().all(|one| one["attempts"] != 0);
    let log = wait_until(&editor, &format!("{path}/deliveries"), is_tried).await;
    let rests = editor.get(&path).await.json()["rests_until"].as_str().unwrap().to_owned();
    for delivery in log["items"].as_array().unwrap() {
        assert!(delivery["next_at"].as_str() >= Some(&rests), "{delivery} before {rests}");
    }

    let again = format!("{path}/deliveries/{}/redelivery", log["items"][0]["id"].as_str().unwrap());
    let asked = editor.post(&again, &json!({})).await.json();
    assert!(asked["next_at"].as_str() < Some(&rests), "{asked} at {rests}");
    let received = endpoint.wait_for(3).await;
    assert_eq!(received[2].json()["data"]["slug"], "zweites", "the redelivery is sent before older deliveries");
    assert_eq!(finished_deliveries(&editor, &path).await.len(), 2);
    assert!(editor.get(&path).await.json().get("rests_until").is_none());
}

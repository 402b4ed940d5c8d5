//! Webhooks are set, changed and ended by those whose they are, and lead nowhere they should not.

use std::time::Duration;

use serde_json::json;
use tests::{App, Endpoint, TestDatabase, listen};

use crate::webhooks::{WEBHOOKS, is_signed, made, once, settled, slugs};

/// Changes something that only time would, where tests can.
async fn later(app: &App, sql: &str) -> bool {
    let Some(beside) = app.database.connect().await else { return false };
    sea_orm::ConnectionTrait::execute_raw(&beside, tests::statement(sql)).await.unwrap();
    beside.close().await.unwrap();
    true
}

#[tokio::test]
async fn what_an_endpoint_does_not_take_within_a_day_is_given_up() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    // Nobody listens there.
    let deaf = json!({ "url": "http://127.0.0.1:9/" });
    assert_eq!(editor.patch(&path, &deaf, "*").await.status, 200);

    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "label": { "de": "Prüfen" } })).await;
    once(&editor, &path, |webhook| webhook.get("rests_until").is_some()).await;
    if later(&app, "update webhook_delivery set asked_at = now() - interval '2 days'").await
        && later(&app, "update webhook set rests_until = null, silent_since = now() - interval '2 days'").await
    {
        let log = settled(&editor, &path).await;
        assert_eq!((&log[0]["state"], &log[0]["attempts"]), (&json!("failed"), &json!(2)), "{}", log[0]);
    }
}

#[tokio::test]
async fn a_webhook_ends_with_its_token_and_hears_again_once_it_is_set_with_another() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    assert!(editor.get(&path).await.json()["ends_at"].as_str() > Some("2026"));
    if !later(&app, "update webhook set ends_at = now()").await {
        return;
    }

    let webhook = once(&editor, &path, |webhook| webhook["active"] == false).await;
    assert_eq!(webhook["inactive_because"], "the token that set it has ended");
    let awake = editor.patch(&path, &json!({ "active": true }), "*").await.json();
    assert_eq!((&awake["active"], awake.get("inactive_because")), (&json!(true), None));
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "label": { "de": "Prüfen" } })).await;
    endpoint.hears(1).await;

    // What is deleted goes for good, with what it was told.
    assert_eq!(editor.delete(&path, "*").await.status, 204);
    assert_eq!(editor.get(&format!("{path}/deliveries")).await.status, 404);
    let beside = app.database.connect().await.unwrap();
    let left = "select 1 from webhook union all select 1 from webhook_delivery";
    for _ in 0..100 {
        if sea_orm::ConnectionTrait::query_all_raw(&beside, tests::statement(left)).await.unwrap().is_empty() {
            return beside.close().await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    unreachable!("something is left");
}

#[tokio::test]
async fn a_webhook_ends_with_the_token_that_set_it_and_has_no_more_rights() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let (editor, officer) = (app.editor().await, app.with_scopes(&["webhooks:write"], &["08335043"]).await);

    let submissions = json!({ "url": endpoint.url(), "submissions": true });
    let refused = officer.post(WEBHOOKS, &submissions).await;
    assert_eq!((refused.status, refused.problem().as_str()), (403, "scope"));
    let (path, _) = made(&officer, &endpoint, json!({})).await;
    let token = officer.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(app.admin().get(&path).await.json()["active"], true, "who administers tokens sees what they set");
    app.admin().post(&format!("/v1/tokens/{token}/revocation"), &json!({})).await;
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "label": { "de": "Prüfen" } })).await;
    tokio::time::sleep(Duration::from_millis(1500)).await;

    assert!(endpoint.heard().is_empty());
    let ended = app.admin().get(&path).await.json();
    assert_eq!(
        (&ended["active"], &ended["inactive_because"]),
        (&json!(false), &json!("the token that set it was revoked"))
    );
    for _ in 0..20 {
        assert_eq!(editor.post(WEBHOOKS, &json!({ "url": endpoint.url() })).await.status, 201);
    }
    let enough = editor.post(WEBHOOKS, &json!({ "url": endpoint.url() })).await;
    assert_eq!((enough.status, enough.problem().as_str()), (409, "enough"));
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
    editor.post("/v1/themes", &json!({ "slug": "unbemerkt", "label": { "de": "Prüfen" } })).await;
    let awake = konstanz.patch(&path, &json!({ "active": true }), paused.etag()).await;
    assert_eq!((awake.status, &awake.json()["url"]), (200, &json!(endpoint.url())));
    let wrong = konstanz.patch(&path, &json!({ "url": null, "themes": ["nowhere"] }), "*").await;
    assert_eq!((wrong.status, &wrong.json()["errors"][0]["pointer"]), (422, &json!("/url")));
    let deaf = konstanz.patch(&path, &json!({ "changes": false }), "*").await;
    assert_eq!((deaf.status, &deaf.json()["errors"][0]["pointer"]), (422, &json!("/changes")));
    let nowhere = konstanz.patch(&path, &json!({ "url": "ftp://example.org/" }), "*").await;
    assert_eq!(nowhere.json()["errors"].as_array().map(Vec::len), Some(1), "{}", nowhere.text());
    editor.post("/v1/themes", &json!({ "slug": "bemerkt", "label": { "de": "Prüfen" } })).await;
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
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "label": { "de": "Prüfen" } })).await;
    let heard = endpoint.hears(1).await;

    assert_eq!(rotated.status, 201);
    assert_ne!(old, new);
    assert!(is_signed(&heard[0], &old) && is_signed(&heard[0], &new));
    if !later(&app, "update webhook set former_until = now() - interval '1 second'").await {
        return;
    }
    editor.delete("/v1/themes/zum-pruefen", "*").await;
    let heard = endpoint.hears(2).await;
    assert!(!is_signed(&heard[1], &old) && is_signed(&heard[1], &new));
}

#[tokio::test]
async fn nothing_is_sent_into_our_own_network_unless_that_is_allowed() {
    let database = TestDatabase::filled();
    let settings = tests::Settings { keys: Some(tests::Secret(tests::KEYS.clone())), ..database.settings() };
    let app = App::start_as((database, settings), tests::Listen { webhook_private: false, ..listen() });
    let (editor, endpoint) = (app.editor().await, Endpoint::open().await);

    let port = endpoint.address.port();
    for url in [
        endpoint.url(),
        format!("https://127.0.0.1:{port}/"),
        format!("https://[::1]:{port}/"),
        format!("https://0x7f000001:{port}/"),
        "https://169.254.169.254/".to_owned(),
    ] {
        let refused = editor.post(WEBHOOKS, &json!({ "url": url })).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/url")), "{url}");
    }
    // What a name leads to is seen when it is looked up.
    let named = editor.post(WEBHOOKS, &json!({ "url": format!("https://localhost:{port}/") })).await.json();
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "label": { "de": "Prüfen" } })).await;
    let log = format!("{WEBHOOKS}/{}/deliveries", named["webhook"]["id"].as_str().unwrap());
    let waits = once(&editor, &log, |log| log["items"][0]["failure"].is_string()).await["items"][0].clone();
    assert_eq!((&waits["state"], &waits["attempts"], waits.get("status")), (&json!("pending"), &json!(0), None));
    assert!(waits["failure"].as_str().unwrap().contains("only an instance with `--webhook-private`"), "{waits}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert!(endpoint.heard().is_empty());
    assert_eq!(editor.get(&log).await.json()["items"][0]["attempts"], 0, "it is no attempt");
    // What is still not sent after a day is given up, and says why.
    if later(&app, "update webhook_delivery set asked_at = now() - interval '2 days'").await
        && later(&app, "update webhook set unsent_since = now() - interval '2 days', private_until = null").await
    {
        let given_up = once(&editor, &log, |log| log["items"][0]["state"] == "failed").await["items"][0].clone();
        assert!(given_up["failure"].as_str().unwrap().contains("within a day"), "{given_up}");
        assert_eq!(given_up["attempts"], 0);
    }
}

/// Two instances on one database, of which the second may send to nobody private.
fn two_instances() -> Option<(App, App)> {
    let database = TestDatabase::filled();
    database.server_address()?;
    let shared = database.shared();
    let settings = tests::Settings { keys: Some(tests::Secret(tests::KEYS.clone())), ..shared.settings() };
    let one = App::start_on(database);
    Some((one, App::start_as((shared, settings), tests::Listen { webhook_private: false, ..listen() })))
}

#[tokio::test]
async fn what_leads_to_private_addresses_is_left_to_instances_that_may_send_there() {
    let Some((one, other)) = two_instances() else { return };
    let (literal, named) = (Endpoint::open().await, Endpoint::open().await);
    let editor = one.editor().await;
    let (by_address, _) = made(&editor, &literal, json!({})).await;
    let by_name = json!({ "url": format!("http://localhost:{}/hook", named.address.port()) });
    let by_name = editor.post(WEBHOOKS, &by_name).await.json();
    let by_name = format!("{WEBHOOKS}/{}", by_name["webhook"]["id"].as_str().unwrap());

    let elsewhere = other.editor().await;
    for number in 0..20 {
        let theme = json!({ "slug": format!("zum-pruefen-{number}"), "label": { "de": "Prüfen" } });
        let writer = if number % 2 == 0 { &editor } else { &elsewhere };
        assert_eq!(writer.post("/v1/themes", &theme).await.status, 201);
    }
    for (endpoint, path) in [(&literal, &by_address), (&named, &by_name)] {
        endpoint.hears(20).await;
        let log = settled(&editor, path).await;
        assert_eq!(log.len(), 20);
        for delivery in &log {
            assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("delivered"), &json!(1)), "{delivery}");
        }
        let webhook = editor.get(path).await.json();
        assert!(webhook["active"] == true && webhook.get("rests_until").is_none(), "{webhook}");
    }

    // As long as no instance may send there, it waits, and is sent once there is one again.
    let database = one.database.shared();
    let stays = one;
    let (before, path) = (literal.heard().len(), by_address);
    let reader = other.anonymous().with_token(&stays.issue(json!({ "subject": "redaktion", "role": "editor" })).await);
    let keep = stays.stop_serving();
    reader.post("/v1/themes", &json!({ "slug": "wartet", "label": { "de": "Wartet" } })).await;
    let log = format!("{path}/deliveries");
    let waits = once(&reader, &log, |log| log["items"][0]["failure"].is_string()).await["items"][0].clone();
    assert_eq!((&waits["state"], &waits["attempts"]), (&json!("pending"), &json!(0)), "{waits}");
    assert_eq!(literal.heard().len(), before);
    let again = App::start_on(database);
    literal.hears(before + 1).await;
    let delivered = once(&reader, &log, |log| log["items"][0]["state"] == "delivered").await["items"][0].clone();
    assert_eq!((&delivered["attempts"], delivered.get("failure")), (&json!(1), None));
    drop((again, other, keep));
}

#[tokio::test]
async fn what_is_asked_for_once_more_is_sent_at_once_though_the_endpoint_rests() {
    let (app, endpoint) = (App::start(), Endpoint::open().await);
    let editor = app.editor().await;
    let (path, _) = made(&editor, &endpoint, json!({})).await;
    // No answer that could be read, twice: it is left alone for half a minute.
    endpoint.answers(&["nonsense", "nonsense"]);

    for slug in ["erstes", "zweites"] {
        editor.post("/v1/themes", &json!({ "slug": slug, "label": { "de": "Prüfen" } })).await;
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

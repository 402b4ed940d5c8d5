//! Webhooks with private addresses, which require `--allow-private-webhooks`.

use serde_json::json;
use tests::{App, Endpoint, TestDatabase, WebhookSettings, listen};

use crate::webhook_settings::execute_sql;
use crate::webhooks::{WEBHOOKS, create_webhook, finished_deliveries, wait_until};

/// Starts an instance that does not send to private addresses.
fn start_public(database: TestDatabase) -> App {
    let settings = database.settings();
    App::start_as(
        database,
        settings,
        tests::keys(),
        tests::Listen { webhooks: WebhookSettings { allow_private_webhooks: false }, ..listen() },
    )
}

/// Notations of loopback addresses.
const LOOPBACK: [&str; 6] = ["127.0.0.1", "localhost", "[::1]", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"];

#[tokio::test]
async fn webhook_with_a_private_url_is_rejected() {
    let app = start_public(TestDatabase::filled());
    let editor = app.editor().await;

    for url in LOOPBACK.map(|host| format!("http://{host}:9/")).iter().chain(&[
        "https://127.0.0.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://0x7f000001/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://169.254.169.254/".to_owned(),
        "https://[fd00::1]/".to_owned(),
    ]) {
        let refused = editor.post(WEBHOOKS, &json!({ "url": url })).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!("/url")), "{url}");
    }
}

#[tokio::test]
async fn delivery_to_a_private_address_is_not_sent() {
    // Another instance, which allows private addresses, created the webhooks.
    let setting = App::start();
    let (editor, endpoint) = (setting.editor().await, Endpoint::open().await);
    let port = endpoint.address.port();
    let mut webhooks = vec![];
    for url in
        LOOPBACK.map(|host| format!("http://{host}:{port}/")).into_iter().chain([format!("https://localhost:{port}/")])
    {
        let set = editor.post(WEBHOOKS, &json!({ "url": url })).await;
        assert_eq!(set.status, 201, "{url}");
        let id = set.json()["id"].as_str().unwrap().to_owned();
        webhooks.push((url, format!("{WEBHOOKS}/{id}/deliveries")));
    }
    let token = setting.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    let app = start_public(setting.stop_serving());
    let editor = app.anonymous().with_token(&token);

    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;

    for (url, log) in &webhooks {
        let pending = wait_until(&editor, log, |log| log["items"][0]["failure"].is_string()).await["items"][0].clone();
        assert_eq!(
            (&pending["state"], &pending["attempts"], pending.get("status")),
            (&json!("pending"), &json!(0), None),
            "{url}"
        );
        assert!(
            pending["failure"].as_str().unwrap().contains("only an instance with `--allow-private-webhooks`"),
            "{pending}"
        );
    }
    assert_eq!(endpoint.connection_count(), 0, "no connection is opened");
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn delivery_to_a_private_address_fails_after_a_day() {
    let app = start_public(TestDatabase::filled());
    let editor = app.editor().await;
    let named = editor.post(WEBHOOKS, &json!({ "url": "https://localhost:9/" })).await.json();
    let log = format!("{WEBHOOKS}/{}/deliveries", named["id"].as_str().unwrap());
    editor.post("/v1/themes", &json!({ "slug": "zum-pruefen", "title": { "de": "Prüfen" } })).await;
    wait_until(&editor, &log, |log| log["items"][0]["failure"].is_string()).await;

    execute_sql(&app, "update webhook_delivery set asked_at = now() - interval '2 days'").await;
    execute_sql(&app, "update webhook set unsent_since = now() - interval '2 days', private_until = null").await;

    let given_up = wait_until(&editor, &log, |log| log["items"][0]["state"] == "failed").await["items"][0].clone();
    assert!(given_up["failure"].as_str().unwrap().contains("within a day"), "{given_up}");
    assert_eq!(given_up["attempts"], 0);
}

/// Starts two instances on one database. The second does not send to private addresses.
fn two_instances() -> (App, App) {
    let database = TestDatabase::filled();
    let shared = database.shared();
    (App::start_on(database), start_public(shared))
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn private_deliveries_are_left_to_instances_that_allow_them() {
    let (one, other) = two_instances();
    let (literal, named) = (Endpoint::open().await, Endpoint::open().await);
    let editor = one.editor().await;
    let (by_address, _) = create_webhook(&editor, &literal, json!({})).await;
    let by_name = json!({ "url": format!("http://localhost:{}/hook", named.address.port()) });
    let by_name = editor.post(WEBHOOKS, &by_name).await.json();
    let by_name = format!("{WEBHOOKS}/{}", by_name["id"].as_str().unwrap());

    let elsewhere = other.editor().await;
    for number in 0..20 {
        let theme = json!({ "slug": format!("zum-pruefen-{number}"), "title": { "de": "Prüfen" } });
        let writer = if number % 2 == 0 { &editor } else { &elsewhere };
        assert_eq!(writer.post("/v1/themes", &theme).await.status, 201);
    }
    for (endpoint, path) in [(&literal, &by_address), (&named, &by_name)] {
        endpoint.wait_for(20).await;
        let log = finished_deliveries(&editor, path).await;
        assert_eq!(log.len(), 20);
        for delivery in &log {
            assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("delivered"), &json!(1)), "{delivery}");
        }
        let webhook = editor.get(path).await.json();
        assert!(webhook["active"] == true && webhook.get("rests_until").is_none(), "{webhook}");
    }

    // Without an instance that allows private addresses, the delivery stays pending until one starts.
    let database = one.database.shared();
    let stays = one;
    let (before, path) = (literal.received().len(), by_address);
    let reader = other.anonymous().with_token(&stays.issue(json!({ "subject": "redaktion", "role": "editor" })).await);
    let keep = stays.stop_serving();
    reader.post("/v1/themes", &json!({ "slug": "wartet", "title": { "de": "Wartet" } })).await;
    let log = format!("{path}/deliveries");
    let pending = wait_until(&reader, &log, |log| log["items"][0]["failure"].is_string()).await["items"][0].clone();
    assert_eq!((&pending["state"], &pending["attempts"]), (&json!("pending"), &json!(0)), "{pending}");
    assert_eq!(literal.received().len(), before);
    let again = App::start_on(database);
    literal.wait_for(before + 1).await;
    let delivered = wait_until(&reader, &log, |log| log["items"][0]["state"] == "delivered").await["items"][0].clone();
    assert_eq!((&delivered["attempts"], delivered.get("failure")), (&json!(1), None));
    drop((again, other, keep));
}

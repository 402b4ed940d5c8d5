//! Behaviour that depends on the time: upcoming events, idempotency keys and tokens.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::App;

/// Sets the clock of a service.
fn set_time(app: &App, now: &mut DateTime<Utc>, to: DateTime<Utc>) {
    app.clock.advance(to - *now);
    *now = to;
}

#[tokio::test]
async fn event_is_past_after_midnight_in_germany() {
    let app = App::start();
    let editor = app.editor().await;
    let mut now = api::base::clock::now();
    // The times hold in winter and summer: noon and evening of the day, and the next day after midnight.
    let day = now.date_naive() + TimeDelta::days(30);
    let event = json!({
        "slug": "ein-tag", "title": { "de": "Ein Tag" }, "kind": "workshop", "status": "planned", "starts_on": day,
        "summary": { "de": "Dauert einen Tag." }, "sources": ["https://example.org/"],
    });
    assert_eq!(editor.post("/v1/events", &event).await.status, 201);
    let listed = async |upcoming: bool| {
        let list = app.anonymous().get(&format!("/v1/events?upcoming={upcoming}&limit=100&format=ndjson")).await;
        assert_eq!(list.status, 200, "{}", list.text());
        (list.text().contains("ein-tag"), list.etag().to_owned())
    };
    let page = "/v1/events?upcoming=true";
    let at = |hour: u32| day.and_hms_opt(hour, 30, 0).unwrap().and_utc();

    set_time(&app, &mut now, at(12));
    assert_eq!((listed(true).await.0, listed(false).await.0), (true, false), "at noon");
    let before = app.anonymous().get(page).await;
    set_time(&app, &mut now, at(21));
    let evening = app.anonymous().get_with(page, "if-none-match", before.etag()).await;
    assert_eq!(evening.status, 304, "before midnight in Germany");

    // Germany is one or two hours ahead of UTC.
    set_time(&app, &mut now, at(23));
    assert_eq!((listed(true).await.0, listed(false).await.0), (false, true), "after midnight");
    let after = app.anonymous().get_with(page, "if-none-match", before.etag()).await;
    assert_eq!(after.status, 200, "the cached response is of the previous day");
    assert!(!after.slugs().contains(&"ein-tag".to_owned()));
}

#[tokio::test]
async fn idempotency_key_expires_after_a_day() {
    let app = App::start();
    let editor = app.editor().await;
    let key = [("idempotency-key", "einmal")];
    let theme = json!({ "slug": "einmal", "title": { "de": "Einmal" } });

    let first = editor.post_with("/v1/themes", &theme, &key).await;
    app.clock.advance(TimeDelta::hours(24) - TimeDelta::minutes(1));
    let within = editor.post_with("/v1/themes", &theme, &key).await;
    app.clock.advance(TimeDelta::minutes(2));
    let late = editor.post_with("/v1/themes", &theme, &key).await;
    let other = editor.post_with("/v1/themes", &json!({ "slug": "zweimal", "title": { "de": "Zweimal" } }), &key).await;

    assert_eq!((first.status, within.status, within.header("idempotent-replayed")), (201, 201, "true"));
    assert_eq!((late.status, late.header("idempotent-replayed")), (409, ""), "{}", late.text());
    assert_eq!(other.status, 201, "the key can be reused: {}", other.text());
}

#[tokio::test]
async fn token_expires_after_its_lifetime() {
    let app = App::start();
    let token = app.issue(json!({ "subject": "kurz", "role": "editor", "days": 2 })).await;
    let client = app.anonymous().with_token(&token);
    let active = async |of: &str| -> Value {
        let listed = app.admin().get(&format!("/v1/tokens?subject=kurz&active={of}")).await;
        listed.json()["total"].clone()
    };

    app.clock.advance(TimeDelta::days(2) - TimeDelta::minutes(5));
    assert_eq!((client.get("/v1/me").await.status, active("true").await), (200, json!(1)));
    app.clock.advance(TimeDelta::minutes(10));
    let ended = client.get("/v1/me").await;
    assert_eq!((ended.status, ended.problem().as_str()), (401, "invalid-token"));
    assert!(ended.header("www-authenticate").contains("expired"), "{}", ended.header("www-authenticate"));
    assert_eq!((active("true").await, active("false").await), (json!(0), json!(1)));
}

//! Idempotency keys: a repeated POST is applied once, also after failures.

use std::collections::HashSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::{App, Proxy, TestDatabase, until, until_true};

fn theme(slug: &str) -> Value {
    json!({ "slug": slug, "title": { "de": "Zum Prüfen erfunden" } })
}

#[tokio::test]
async fn repeated_idempotency_key_replays_the_response() {
    let app = App::start();
    let editor = app.editor().await;
    let key = [("idempotency-key", "7b1c8f9e-2a51-4f6e-9d0a-3f1f6c1d2e4b")];

    let first = editor.post_with("/v1/themes", &theme("water-x"), &key).await;
    editor.patch("/v1/themes/water-x", &json!({ "sdgs": [6] }), "*").await;
    let second = editor.post_with("/v1/themes", &theme("water-x"), &key).await;
    let quoted = editor
        .post_with("/v1/themes", &theme("water-x"), &[("idempotency-key", "\"7b1c8f9e-2a51-4f6e-9d0a-3f1f6c1d2e4b\"")])
        .await;

    assert_eq!((first.status, first.header("idempotent-replayed")), (201, ""));
    for replayed in [second, quoted] {
        assert_eq!((replayed.status, replayed.header("idempotent-replayed")), (201, "true"));
        assert_eq!(replayed.text(), first.text(), "the stored response is replayed");
        for name in ["etag", "location", "content-type", "cache-control"] {
            assert_eq!(replayed.header(name), first.header(name), "{name}");
        }
    }
    let other = editor.post_with("/v1/themes", &theme("water-y"), &key).await;
    let elsewhere = editor.post_with("/v1/courses", &theme("water-x"), &key).await;
    let batch = editor.post_with("/v1/themes/batch?mode=each", &json!([theme("b-one")]), &key).await;
    for answer in [other, elsewhere, batch] {
        assert_eq!((answer.status, answer.problem().as_str()), (422, "idempotency-key-reused"));
    }
    let other_caller = app.with_scopes(&["themes:write"], &[]).await;
    assert_eq!(
        other_caller.post_with("/v1/themes", &theme("water-z"), &key).await.status,
        201,
        "keys belong to one caller"
    );
    for bad in ["", "a b", "ä", "\"", "\"\"", "a\"b", &"x".repeat(256)] {
        let header = [("idempotency-key", bad)];
        if bad.is_ascii() {
            let refused = editor.post_with("/v1/themes", &theme("water-q"), &header).await;
            assert_eq!((refused.status, refused.problem().as_str()), (400, "invalid-headers"), "{bad}");
            assert_eq!(refused.json()["errors"][0]["header"], "Idempotency-Key");
        }
    }
}

#[tokio::test]
async fn rejected_request_does_not_consume_the_key() {
    let app = App::start();
    let editor = app.editor().await;
    let key = [("idempotency-key", "one")];

    let refused = editor.post_with("/v1/themes", &theme("NO"), &key).await;
    let right = editor.post_with("/v1/themes", &theme("yes"), &key).await;

    assert_eq!((refused.status, right.status), (422, 201), "only the response of a successful request is stored");
}

#[tokio::test]
async fn concurrent_requests_with_one_key_create_one_entry() {
    let database = TestDatabase::filled();
    let shared = (!database.is_embedded()).then(|| database.shared());
    let one = App::start_on(database);
    let other = shared.map(App::start_on);
    let token = one.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    let clients: Vec<_> =
        [Some(&one), other.as_ref()].into_iter().flatten().map(|app| app.anonymous().with_token(&token)).collect();

    for round in 0..10 {
        let key = format!("round-{round}");
        let body = theme(&format!("round-{round}"));
        let header = [("idempotency-key", key.as_str())];
        let answers =
            join_all((0..50).map(|number| clients[number % clients.len()].post_with("/v1/themes", &body, &header)))
                .await;

        let created: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
        let bodies: HashSet<String> = created.iter().map(|answer| answer.text()).collect();
        assert_eq!(bodies.len(), 1, "round {round}: one entry");
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!((answer.status, answer.problem().as_str()), (409, "request-in-progress"));
            assert_eq!(answer.header("retry-after"), "1");
        }
        assert_eq!(created.iter().filter(|answer| answer.header("idempotent-replayed").is_empty()).count(), 1);
    }
    assert_eq!(one.anonymous().get("/v1/themes").await.json()["total"], 25);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn retry_after_a_lost_commit_response_creates_one_entry() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let editor = app.editor().await;

    let (mut unknown, mut stored) = (0, 0);
    for number in 0..12 {
        let (slug, key) = (format!("lost-{number}"), format!("key-{number}"));
        let (body, header) = (theme(&slug), [("idempotency-key", key.as_str())]);
        // The database receives COMMIT, and its response is lost.
        proxy.cut_at_commit_after(&slug);
        let first = editor.post_with("/v1/themes", &body, &header).await;
        proxy.restore();
        assert_eq!((first.status, first.problem().as_str()), (503, "service-unavailable"), "{number}");
        assert!(!first.header("retry-after").is_empty());
        unknown += 1;

        let again = until("the database is available", async || {
            let again = editor.post_with("/v1/themes", &body, &header).await;
            Some(again).filter(|again| again.status != 503)
        });
        let again = again.await;
        assert_eq!(again.status, 201, "{number}: {}", again.text());
        stored += usize::from(again.header("idempotent-replayed") == "true");
        // The service learns of the committed version in the same way as of a version of another instance.
        let is_listed = async || app.anonymous().get("/v1/themes").await.json()["total"] == 16 + number;
        until_true(&format!("there are {} themes", 16 + number), is_listed).await;
    }
    assert_eq!((unknown, stored), (12, 12), "each first request is stored, and each retry is a replay");
}

#[tokio::test]
async fn immediate_repeat_is_not_reported_as_in_progress() {
    let app = App::start();
    let editor = app.editor().await;
    let key = [("idempotency-key", "gleich-noch-einmal")];
    for _ in 0..50 {
        let refused = editor.post_with("/v1/themes", &json!({ "slug": "x" }), &key).await;
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
    assert_eq!(editor.post_with("/v1/themes", &theme("gleich"), &key).await.status, 201);
    for _ in 0..50 {
        let replayed = editor.post_with("/v1/themes", &theme("gleich"), &key).await;
        assert_eq!((replayed.status, replayed.header("idempotent-replayed")), (201, "true"));
    }
}

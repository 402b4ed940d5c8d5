//! PgBouncer in front of the server. Transaction pooling requires `--pgbouncer`, session pooling does not.

use std::collections::HashSet;

use futures_util::future::{join, join_all};
use serde_json::json;
use tests::{App, Client, DatabaseSettings, Endpoint, PgBouncer, Pooling, TestDatabase, keys, listen};

use crate::submissions::{SUBMISSIONS, content, konstanz_contributor, step, submission_input, submission_path};
use crate::webhooks::create_webhook;

fn theme(slug: &str) -> serde_json::Value {
    json!({ "slug": slug, "title": { "de": slug } })
}

pub(crate) fn start_with_pgbouncer(database: TestDatabase, bouncer: &PgBouncer, pgbouncer: bool) -> App {
    let database = database.behind(bouncer.address);
    let settings = DatabaseSettings { pgbouncer, ..database.settings() };
    App::start_as(database, settings, keys(), listen())
}

/// Sends reads of every kind, including long ones.
async fn send_reads(client: &Client, round: usize) {
    for path in [
        format!("/v1/projects?limit={}&facets=category", round + 1),
        format!("/v1/solutions?q=mobilitat&limit={}", round + 1),
        format!("/v1/search?q=klima&limit={}", round + 1),
        "/v1/solutions?format=ndjson".to_owned(),
        format!("/v1/changes?limit={}", 500 + round),
        format!("/v1/municipalities?format={}", if round == 0 { "csv" } else { "json" }),
        "/v1/projects/ulm".to_owned(),
        "/health/ready".to_owned(),
    ] {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        if path.contains("ndjson") {
            assert_eq!(answer.text().lines().count(), 478, "the stream is complete");
        }
    }
}

/// Sends writes of every kind. A repeated request with one idempotency key is applied once.
async fn send_writes(editor: &Client, name: &str) {
    let key = format!("key-{name}");
    let body = theme(&format!("theme-{name}"));
    for replayed in ["", "true"] {
        let answer = editor.post_with("/v1/themes", &body, &[("idempotency-key", key.as_str())]).await;
        assert_eq!((answer.status, answer.header("idempotent-replayed")), (201, replayed), "{}", answer.text());
    }
    let batch = json!([theme(&format!("first-{name}")), theme(&format!("second-{name}"))]);
    assert_eq!(editor.post("/v1/themes/batch", &batch).await.status, 200);
    let path = format!("/v1/themes/theme-{name}");
    let tag = editor.get(&path).await.etag().to_owned();
    let changed = editor.patch(&path, &json!({ "title": { "de": "Anders" } }), &tag).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(editor.patch(&path, &json!({ "title": { "de": "Zu spät" } }), &tag).await.status, 412);
    assert_eq!(editor.delete(&path, changed.etag()).await.status, 204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn two_instances_share_two_sessions_in_transaction_mode() {
    let database = TestDatabase::filled();
    let bouncer = PgBouncer::start(&database, Pooling::Transaction, 2);
    let shared = database.shared();
    let one = start_with_pgbouncer(database, &bouncer, true);
    let other = start_with_pgbouncer(shared, &bouncer, true);
    let token = one.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    let editors = [&one, &other].map(|app| app.anonymous().with_token(&token));
    let endpoint = Endpoint::open().await;
    create_webhook(&editors[0], &endpoint, json!({ "resources": ["practice-examples"] })).await;

    let reading = join_all((0..4).map(|round| {
        let reader = editors[round % 2].clone();
        async move { send_reads(&reader, round).await }
    }));
    let writing = join_all((0..4).map(|number| {
        let editor = editors[number % 2].clone();
        async move { send_writes(&editor, &format!("p-{number}")).await }
    }));
    let reviewing = async {
        let officer = konstanz_contributor(&other).await;
        for number in 0..3 {
            let begun = officer.post(SUBMISSIONS, &submission_input(&content(&format!("beispiel-{number}")))).await;
            assert_eq!(begun.status, 201, "{}", begun.text());
            let path = submission_path(&begun.json());
            assert_eq!(step(&officer, &path, "submit").await.status, 200);
            let published = step(&editors[number % 2], &path, "publish").await;
            assert_eq!(published.status, 200, "{}", published.text());
        }
    };
    join(join(reading, writing), reviewing).await;

    let received: HashSet<String> =
        endpoint.wait_for(3).await.into_iter().map(|received| received.headers["webhook-id"].clone()).collect();
    assert_eq!(received.len(), 3, "each event is delivered once");
    assert_eq!(one.anonymous().get("/v1/themes").await.json()["total"], 15 + 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn session_pooling_works_without_the_pgbouncer_setting() {
    let database = TestDatabase::filled();
    let bouncer = PgBouncer::start(&database, Pooling::Session, 20);
    let app = start_with_pgbouncer(database, &bouncer, false);
    let editor = app.editor().await;

    join(send_reads(&editor, 0), send_writes(&editor, "session")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn transaction_pooling_without_the_setting_is_refused() {
    let database = TestDatabase::filled();
    let connection = database.shared();
    let bouncer = PgBouncer::start(&database, Pooling::Transaction, 2);
    let app = start_with_pgbouncer(database, &bouncer, true);
    let editor = app.editor().await;

    let mistaken = connection.behind(bouncer.address).settings();
    // Concurrent reads keep moving the server sessions between clients.
    let reading = join_all((0..3).map(|round| send_reads(&editor, round)));
    let opening = async {
        for _ in 0..8 {
            let refused = api::base::db::Database::open(&mistaken).await.err().expect("an error").to_string();
            assert!(refused.contains("--pgbouncer"), "{refused}");
        }
    };
    join(reading, opening).await;

    for number in 0..12 {
        let written = editor.post("/v1/themes", &theme(&format!("danach-{number}"))).await;
        assert_eq!(written.status, 201, "{}", written.text());
    }
}

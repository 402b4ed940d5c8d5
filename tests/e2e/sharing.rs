//! Resources shared between requests: the response cache and the database connections.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{App, Proxy, TestDatabase, contract, statement, until_true};

#[tokio::test]
async fn guarded_response_is_not_cached_for_other_callers() {
    let app = App::start_with_examples();
    let admin = app.admin();
    let draft = admin.post("/v1/submissions", &json!({ "resource": "solutions", "content": {} })).await;
    let draft = draft.header("location").rsplit('/').next().unwrap().to_owned();
    let hook = json!({ "url": "http://127.0.0.1:9/", "changes": true });
    let hook = admin.post("/v1/webhooks", &hook).await.header("location").rsplit('/').next().unwrap().to_owned();
    let me = admin.get("/v1/me").await.json()["token"].as_str().unwrap().to_owned();
    let example = "0197f2a0-0000-7000-8000-000000000000";
    let reads = contract().operations().iter().filter(|operation| operation.method == "get" && operation.is_guarded());
    let mut answered = 0;

    for read in reads {
        let id = match read.path.as_str() {
            path if path.starts_with("/v1/submissions") => &draft,
            path if path.starts_with("/v1/webhooks") => &hook,
            _ => &me,
        };
        let path = read.example().replace(example, id);
        let other = app.with_scopes(&["themes:write"], &["08421000"]).await;
        let first = admin.get(&path).await;
        let (stranger, anonymous) = (other.get(&path).await, app.anonymous().get(&path).await);
        let again = admin.get(&path).await;

        assert_eq!(first.status, 200, "{path}: {}", first.text());
        assert_eq!(anonymous.status, 401, "{path}: anonymous");
        assert!(
            stranger.status == 403 || stranger.status == 404 || stranger.body != first.body,
            "{path}: another caller"
        );
        assert_eq!(again.status, 200, "{path}: again");
        let kept = first.header("cache-control");
        assert!(kept.contains("no-store") || kept.contains("private"), "{path}: {kept}");
        answered += 1;
    }
    assert!(answered >= 9, "{answered} guarded reads");
}

/// Returns the number of SQL statements that reads have executed so far.
async fn statements(app: &App) -> u64 {
    let metrics = app.anonymous().get("/metrics").await.text();
    let line = metrics.lines().find(|line| line.starts_with("transferatlas_database_reads_total ")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn only_event_streams_bypass_the_cache() {
    let app = App::start();
    app.anonymous().get_with("/v1/projects", "accept", "application/json").await;
    let before = statements(&app).await;

    for accept in ["application/json, text/event-stream;q=0", "text/event-stream, application/json;q=0.5"] {
        let answer = app.anonymous().get_with("/v1/projects", "accept", accept).await;
        assert_eq!(answer.header("content-type"), "application/json", "{accept}");
    }
    app.anonymous().get("/v1/projects?wait=3").await;

    assert_eq!(statements(&app).await, before, "cached responses take no statements");
    let page = app.anonymous().get_with("/v1/changes", "accept", "application/json, text/event-stream;q=0").await;
    assert_eq!(page.header("content-type"), "application/json", "the request excludes event streams");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn total_items_and_facets_come_from_one_snapshot() {
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let proxy = Proxy::to(database.server_address()).await;
    let app = App::start_on(database.behind(proxy.address));
    proxy.delay(Duration::from_millis(10));
    let reader = app.anonymous();
    let writing = async {
        // Creates and deletes themes between the statements of one read.
        for number in 0..400 {
            let values =
                format!("(gen_random_uuid(), 'neu-{number}', '{{\"de\": \"Neu\"}}', '{{1}}', 1, now(), now())");
            connection
                .execute_unprepared(&format!(
                    "insert into theme (id, slug, title, sdgs, revision, created_at, updated_at) values {values}"
                ))
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(5)).await;
            connection.execute_unprepared("delete from theme where slug like 'neu-%'").await.unwrap();
        }
    };
    let reading = async {
        for number in 0..30 {
            let page = reader.get(&format!("/v1/themes?limit={}&facets=sdg&fields=slug", 100 - number)).await.json();
            assert_eq!(page["total"], page["items"].as_array().unwrap().len(), "read {number}");
        }
    };

    tokio::select! {
        () = reading => {}
        () = async { writing.await; std::future::pending().await } => {}
    }
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn slow_webhook_query_does_not_block_reads() {
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let app = App::start_on(database);
    let hook = json!({ "url": "http://127.0.0.1:9/", "changes": true, "active": false });
    assert_eq!(app.admin().post("/v1/webhooks", &hook).await.status, 201);
    let slow = "alter table webhook rename to webhook_table; \
                create view webhook as select w.* from webhook_table w where (select pg_sleep(1.5) is not null)";
    connection.execute_unprepared(slow).await.unwrap();
    let is_running =
        "select exists(select from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep')";
    until_true("the webhook query is running", async || {
        let row = connection.query_one_raw(statement(is_running)).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    })
    .await;

    for number in 0..30 {
        let answer = app.anonymous().get(&format!("/v1/projects?limit={}", 1 + number)).await;
        assert_eq!(answer.status, 200, "{number}: {}", answer.text());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    connection.close().await.unwrap();
}

//! Availability during a database outage. Needs a PostgreSQL server: the embedded database ends with its process.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use tests::{App, Proxy, TestDatabase, until_true};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn cached_responses_survive_a_database_outage_and_other_reads_get_503() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let cached = app.anonymous().get("/v1/projects/ulm").await;

    proxy.cut();
    until_true("the service reports the outage", async || app.anonymous().get("/health/ready").await.status == 503)
        .await;
    let started = Instant::now();
    let again = app.anonymous().get("/v1/projects/ulm").await;
    let uncached = app.anonymous().get("/v1/projects/solingen").await;
    let another = app.anonymous().get("/v1/projects/jena").await;
    let ready = app.anonymous().get("/health/ready").await;

    assert_eq!((again.status, again.json()), (200, cached.json()));
    assert_eq!((uncached.status, uncached.problem().as_str()), (503, "service-unavailable"));
    assert!(!uncached.header("retry-after").is_empty());
    assert!(!uncached.text().contains("onnection") && !uncached.text().contains("sql"), "{}", uncached.text());
    assert_eq!((another.status, ready.status), (503, 503));
    for path in ["/health/live", "/openapi.json", "/v1/vocabularies", "/metrics", "/docs/"] {
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.anonymous().get("/nowhere").await.status, 404);
    assert!(started.elapsed() < Duration::from_secs(4), "requests fail fast during a known outage");

    proxy.restore();
    for path in ["/health/ready", "/v1/projects/solingen"] {
        until_true(&format!("{path} succeeds again"), async || app.anonymous().get(path).await.status == 200).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn responses_of_earlier_versions_are_sent_as_stale_during_an_outage() {
    let database = TestDatabase::filled();
    let proxy = Proxy::to(database.server_address()).await;
    let app = App::start_on(database.behind(proxy.address));
    let editor = app.editor().await;
    let paths = ["/v1/projects/ulm", "/v1/projects?limit=5", "/v1/statistics"];
    let mut before = vec![];
    for path in paths {
        before.push(app.anonymous().get(path).await);
    }
    let renamed = json!({ "title": { "de": "Unterwegs" } });
    assert_eq!(editor.patch("/v1/themes/mobility", &renamed, "*").await.status, 200);
    assert!(before.iter().all(|response| response.header("age").is_empty()));

    proxy.cut();
    until_true("the service reports the outage", async || app.anonymous().get("/health/ready").await.status == 503)
        .await;

    for (path, before) in paths.into_iter().zip(&before) {
        let stale = app.anonymous().get(path).await;
        assert_eq!((stale.status, stale.text()), (200, before.text()), "{path}");
        assert!(stale.header("age").parse::<u64>().is_ok(), "{path}");
        assert!(stale.header("cache-status").starts_with("Transferatlas; hit; ttl=-"), "{path}");
        let current = app.anonymous().send(Method::GET, path, &[("if-none-match", before.etag())]).await;
        assert_eq!(current.status, 304, "{path}");
    }
    proxy.restore();
    let is_current = async || {
        let response = app.anonymous().get("/v1/projects/ulm").await;
        response.header("age").is_empty() && response.text().contains("Unterwegs")
    };
    until_true("the current response", is_current).await;
}

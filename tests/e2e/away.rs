//! Availability during a database outage. Needs a PostgreSQL server: the embedded database ends with its process.

use std::time::{Duration, Instant};

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

//! The database goes away, and comes back. On a server; the embedded database goes with its process.

use std::time::{Duration, Instant};

use tests::{App, Proxy, TestDatabase, until_true};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn known_answers_go_on_and_the_rest_says_when_to_come_back() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let known = app.anonymous().get("/v1/projects/ulm").await;

    proxy.cut();
    until_true("the service knows that the database is away", async || {
        app.anonymous().get("/health/ready").await.status == 503
    })
    .await;
    let started = Instant::now();
    let again = app.anonymous().get("/v1/projects/ulm").await;
    let unknown = app.anonymous().get("/v1/projects/solingen").await;
    let other = app.anonymous().get("/v1/projects/jena").await;
    let ready = app.anonymous().get("/health/ready").await;

    assert_eq!((again.status, again.json()), (200, known.json()));
    assert_eq!((unknown.status, unknown.problem().as_str()), (503, "service-unavailable"));
    assert!(!unknown.header("retry-after").is_empty());
    assert!(!unknown.text().contains("onnection") && !unknown.text().contains("sql"), "{}", unknown.text());
    assert_eq!((other.status, ready.status), (503, 503));
    for path in ["/health/live", "/openapi.json", "/v1/vocabularies", "/metrics", "/docs/"] {
        assert_eq!(app.anonymous().get(path).await.status, 200, "{path}");
    }
    assert_eq!(app.anonymous().get("/nowhere").await.status, 404);
    assert!(started.elapsed() < Duration::from_secs(4), "nobody waits for what is known to be away");

    proxy.heal();
    for path in ["/health/ready", "/v1/projects/solingen"] {
        until_true(&format!("{path} is there again"), async || app.anonymous().get(path).await.status == 200).await;
    }
}

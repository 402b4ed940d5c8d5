//! The time limit of a search, and the connections for reads that searches leave to others.

use std::time::Duration;

use api::base::db::Database;
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{App, DatabaseSettings, Listen, TestDatabase, keys, listen, statement};

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn search_over_its_budget_is_incomplete_and_not_cached() {
    let database = TestDatabase::filled();
    let settings = database.settings();
    let app = App::start_as(database, settings, keys(), Listen { search_budget_ms: 10, ..listen() });
    let words =
        "parken mobilität daten plattform wasser energie klima verwaltung or bürger or stadt or schule or sensor";

    for path in [format!("/v1/search?q={words}"), format!("/v1/solutions?q={words}&facets=theme")] {
        let answer = app.anonymous().get(&path).await;

        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        assert_eq!((&page["search"]["incomplete"], &page["total_is_lower_bound"]), (&json!(true), &json!(true)));
    }
    assert!(app.anonymous().get("/metrics").await.text().contains("transferatlas_cache_responses 0\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn reads_of_single_statements_do_not_wait_for_transactions() {
    let database = TestDatabase::filled();
    let settings = DatabaseSettings { pool_size: 4, ..database.settings() };
    let service = Database::open(&settings).await.unwrap();
    let transactions = (service.snapshot().await.unwrap(), service.snapshot().await.unwrap());

    let third = tokio::time::timeout(Duration::from_millis(300), service.snapshot()).await;
    assert!(third.is_err(), "half of the connections are for transactions");
    let reads = join_all((0..6).map(|_| service.connection().query_one_raw(statement("select 1")))).await;
    assert!(reads.iter().all(Result::is_ok), "the other half is for single statements");
    drop(transactions);
    drop(service.snapshot().await.unwrap());
    service.close().await.unwrap();
}

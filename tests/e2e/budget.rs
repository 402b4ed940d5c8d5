//! The time limit of a search, and the connections for reads that searches leave to others.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use api::base::db::Database;
use futures_util::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{App, DatabaseSettings, Listen, TestDatabase, exchange, keys, listen, statement};

const WORDS: &str =
    "parken mobilität daten plattform wasser energie klima verwaltung or bürger or stadt or schule or sensor";

/// Starts the service with a time limit of searches.
fn start_with_budget(database: TestDatabase, search_budget_ms: u64) -> App {
    let settings = database.settings();
    App::start_as(database, settings, keys(), Listen { search_budget_ms, ..listen() })
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn search_over_its_budget_is_incomplete_and_not_cached() {
    let app = start_with_budget(TestDatabase::filled(), 1);

    for path in [format!("/v1/search?q={WORDS}"), format!("/v1/solutions?q={WORDS}&facets=theme")] {
        let answer = app.anonymous().get(&path).await;

        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        assert_eq!((&page["search"]["incomplete"], &page["total_is_lower_bound"]), (&json!(true), &json!(true)));
    }
    assert!(app.anonymous().get("/metrics").await.text().contains("transferatlas_cache_responses 0\n"));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn searches_over_their_budget_keep_their_sessions() {
    let database = TestDatabase::filled();
    let observer = Database::open(&database.settings()).await.unwrap();
    let app = start_with_budget(database, 60);
    // The first search reads the index.
    assert_eq!(app.anonymous().get("/v1/solutions?q=licht").await.status, 200);
    // Each search is dropped while the database works on a statement.
    let write = observer.snapshot().await.unwrap();
    let lock = "set transaction read write; lock table search_document in access exclusive mode";
    write.execute_unprepared(lock).await.unwrap();
    let search = async || {
        for _ in 0..8 {
            let page = app.anonymous().get(&format!("/v1/search?q={WORDS}")).await.json();
            assert_eq!(page["search"]["incomplete"], json!(true));
        }
    };
    let sessions = async || {
        let sessions = statement("select pid from pg_stat_activity where datname = current_database()");
        let rows = observer.connection().query_all_raw(sessions).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect::<HashSet<i32>>()
    };

    search().await;
    let before = sessions().await;
    search().await;
    let after = sessions().await;
    drop(write);
    observer.close().await.unwrap();

    // A pool may close a session that it does not need, or open one. It does both if sessions are replaced.
    let is_none_replaced = before.is_subset(&after) || after.is_subset(&before);
    assert!(is_none_replaced, "{before:?} became {after:?}");
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
    let connection = service.connection();
    let reads = join_all((0..6).map(|_| connection.query_one_raw(statement("select 1")))).await;
    assert!(reads.iter().all(Result::is_ok), "the other half is for single statements");
    drop(transactions);
    drop(service.snapshot().await.unwrap());
    service.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn reads_of_a_locked_table_leave_connections_to_others() {
    let app = App::start();
    let observer = Database::open(&app.database.settings()).await.unwrap();
    let lock = observer.snapshot().await.unwrap();
    lock.execute_unprepared("set transaction read write; lock table course in access exclusive mode").await.unwrap();
    let (address, is_done) = (app.address(), AtomicBool::default());
    // Without the checks of a client, which would take longer than the reads.
    let get = |path: String| {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        exchange(address, request.as_bytes()).remove(0).status
    };

    let slowest = thread::scope(|scope| {
        let (get, is_done) = (&get, &is_done);
        for limit in 2..18 {
            scope.spawn(move || {
                while !is_done.load(Ordering::Relaxed) {
                    assert_eq!(get(format!("/v1/courses?limit={limit}")), 503);
                }
            });
        }
        thread::sleep(Duration::from_millis(200));
        let read = |limit| {
            let begun = Instant::now();
            assert_eq!(get(format!("/v1/themes?limit={limit}&sort=-updated_at")), 200);
            begun.elapsed()
        };
        let slowest = (1..20).map(read).max();
        is_done.store(true, Ordering::Relaxed);
        slowest.unwrap()
    });
    drop(lock);
    observer.close().await.unwrap();

    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
}

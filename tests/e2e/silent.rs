//! A silent network between service and database: connections stay open and no data arrives. Requires a server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, Client, Endpoint, Proxy, TestDatabase, statement, until_true};

/// Delays inserts of themes by two seconds.
const SLOW: &str = "create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return new; end $$; \
    create trigger slowly before insert on theme for each row execute function slowly()";
const NOT_SLOW: &str = "drop trigger slowly on theme";

fn theme(slug: &str) -> serde_json::Value {
    json!({ "slug": slug, "title": { "de": slug } })
}

/// Returns the output of a future and the time it took.
async fn timed<T>(answer: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    (answer.await, began.elapsed())
}

/// Returns the number of server sessions of the service that meet an SQL condition.
async fn session_count(connection: &DatabaseConnection, which: &str) -> i64 {
    let sessions = format!(
        "select count(*) from pg_stat_activity \
         where datname = current_database() and application_name = 'transferatlas' and {which}"
    );
    connection.query_one_raw(statement(&sessions)).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Returns the busy and the idle connections in the metrics of the service.
async fn connection_counts(app: &App) -> (i64, i64) {
    let text = app.anonymous().get("/metrics").await.text();
    let value = |state: &str| {
        let name = format!("transferatlas_database_connections{{state=\"{state}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    };
    (value("busy"), value("idle"))
}

/// Waits until a theme can be created, and returns how long that took.
async fn wait_for_write(editor: &Client, slug: &str) -> Duration {
    let healed = Instant::now();
    loop {
        let answer = editor.post("/v1/themes", &theme(slug)).await;
        if answer.status == 201 {
            return healed.elapsed();
        }
        assert_eq!(answer.status, 503, "{}", answer.text());
        assert!(healed.elapsed() < Duration::from_secs(10), "{}", answer.text());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
#[expect(clippy::too_many_lines, reason = "requests during the outage, requests after it, and connections left")]
async fn writes_recover_after_the_database_connection_goes_silent() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let connection = database.connect().await;
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let editor = app.editor().await;
    let endpoint = Endpoint::open().await;
    let webhook = json!({ "url": endpoint.url(), "resources": ["themes"] });
    assert_eq!(editor.post("/v1/webhooks", &webhook).await.status, 201);
    connection.execute_unprepared(SLOW).await.unwrap();

    for round in 0..2 {
        let (one, two) = (theme(&format!("one-{round}")), theme(&format!("two-{round}")));
        let in_flight = async {
            let writes = [&one, &two].map(|theme| timed(editor.post("/v1/themes", theme)));
            join_all(writes).await
        };
        let outage = async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            proxy.silence();
        };
        let (answers, ()) = tokio::join!(in_flight, outage);
        for (answer, took) in &answers {
            assert_eq!(answer.status, 503, "{}", answer.text());
            assert!(!answer.header("retry-after").is_empty() && *took < Duration::from_secs(6), "{took:?}");
        }
        let (late, took) = timed(editor.post("/v1/themes", &theme("late"))).await;
        assert!(late.status == 503 && took < Duration::from_secs(5), "{took:?}");
        assert_eq!(app.anonymous().get("/health/ready").await.status, 503);
        until_true("the server has ended all transactions", async || {
            session_count(&connection, "xact_start is not null").await == 0
        })
        .await;
        if round == 1 {
            connection.execute_unprepared(NOT_SLOW).await.unwrap();
        } else {
            connection.execute_unprepared("alter table theme disable trigger slowly").await.unwrap();
        }

        proxy.restore();
        let took = wait_for_write(&editor, &format!("back-{round}")).await;
        eprintln!("the first write succeeded {took:?} after the connection was restored");
        assert!(took < Duration::from_secs(2), "{took:?}");
        if round == 0 {
            connection.execute_unprepared("alter table theme enable trigger slowly").await.unwrap();
        }
    }

    let received = endpoint.wait_for(2).await;
    assert!(received.iter().any(|received| received.body.contains("back-1")), "the change is delivered to webhooks");
    // Sends more concurrent requests than either pool has connections.
    let (editor, more) = (&editor, |number: usize| theme(&format!("more-{number}")));
    let writes = join_all((0..8).map(|number| async move { editor.post("/v1/themes", &more(number)).await.status }));
    let reads = join_all((0..16).map(|number| {
        let reader = app.anonymous();
        async move { reader.get(&format!("/v1/municipalities?limit={}", number + 1)).await.status }
    }));
    let (writes, reads) = tokio::join!(writes, reads);
    assert_eq!((writes, reads), (vec![201; 8], vec![200; 16]));
    until_true(
        "at most the connection that polls for changes is busy, and the pool and the server have as many connections",
        async || {
            let (busy, idle) = connection_counts(&app).await;
            busy <= 1 && busy + idle == session_count(&connection, "true").await
        },
    )
    .await;
    connection.close().await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn connection_that_goes_silent_on_its_return_to_the_pool_is_closed() {
    let database = TestDatabase::filled();
    let proxy = Proxy::to(database.server_address()).await;
    let app = App::start_on(database.behind(proxy.address));
    let editor = app.editor().await;

    proxy.silence_at_return();
    until_true("a connection returns to the pool", async || proxy.is_silent()).await;
    until_true("the outage is noticed", async || app.anonymous().get("/health/ready").await.status == 503).await;
    // The connections from before the outage are closed a second after it is noticed.
    tokio::time::sleep(Duration::from_secs(3)).await;
    proxy.restore();
    wait_for_write(&editor, "back").await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn database_connections_use_tcp_keepalive() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    assert_eq!(app.editor().await.post("/v1/themes", &theme("kept")).await.status, 201);

    // Columns of /proc/net/tcp: peer, state and running timer. Timer 2 is keepalive, timer 1 is retransmission.
    let peer = format!(":{:04X}", proxy.address.port());
    until_true("every connection uses keepalive", async || {
        let sockets = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
        let columns = sockets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let timers: Vec<String> = columns
            .filter(|columns| columns[2].ends_with(&peer) && columns[3] == "01")
            .map(|columns| columns[5][..2].to_owned())
            .collect();
        timers.len() >= 3 && timers.iter().all(|timer| ["01", "02"].contains(&timer.as_str()))
    })
    .await;
}

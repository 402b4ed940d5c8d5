//! The way to the database goes silent: connections stay open and nothing arrives. On a server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, Client, Endpoint, Proxy, TestDatabase, statement, until_true};

/// Writes to a theme take a while.
const SLOW: &str = "create function slowly() returns trigger language plpgsql as $$ begin perform pg_sleep(2); return new; end $$; \
    create trigger slowly before insert on theme for each row execute function slowly()";
const AT_ONCE: &str = "drop trigger slowly on theme";

fn theme(slug: &str) -> serde_json::Value {
    json!({ "slug": slug, "title": { "de": slug } })
}

/// Answers, and how long it took.
async fn timed<T>(answer: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    (answer.await, began.elapsed())
}

/// Sessions of the service on the server, of which something holds.
async fn count(beside: &DatabaseConnection, which: &str) -> i64 {
    let sessions = format!(
        "select count(*) from pg_stat_activity \
         where datname = current_database() and application_name = 'transferatlas' and {which}"
    );
    beside.query_one_raw(statement(&sessions)).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Connections of the service, by its metrics: in use, and idle.
async fn connections(app: &App) -> (i64, i64) {
    let text = app.anonymous().get("/metrics").await.text();
    let value = |state: &str| {
        let name = format!("transferatlas_database_connections{{state=\"{state}\"}} ");
        text.lines().find_map(|line| line.strip_prefix(&name)).unwrap().parse().unwrap()
    };
    (value("busy"), value("idle"))
}

/// Creates a theme as soon as that works again; tells how long it took.
async fn first_write(editor: &Client, slug: &str) -> Duration {
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
#[expect(clippy::too_many_lines, reason = "what is in flight, what comes after, and what is left")]
async fn writes_that_go_unheard_end_and_the_next_ones_succeed() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let beside = database.connect().await;
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let editor = app.editor().await;
    let endpoint = Endpoint::open().await;
    let webhook = json!({ "url": endpoint.url(), "resources": ["themes"] });
    assert_eq!(editor.post("/v1/webhooks", &webhook).await.status, 201);
    beside.execute_unprepared(SLOW).await.unwrap();

    for round in 0..2 {
        let (one, two) = (theme(&format!("one-{round}")), theme(&format!("two-{round}")));
        let in_flight = async {
            let writes = [&one, &two].map(|theme| timed(editor.post("/v1/themes", theme)));
            join_all(writes).await
        };
        let opens = async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            proxy.silence();
        };
        let (answers, ()) = tokio::join!(in_flight, opens);
        for (answer, took) in &answers {
            assert_eq!(answer.status, 503, "{}", answer.text());
            assert!(!answer.header("retry-after").is_empty() && *took < Duration::from_secs(6), "{took:?}");
        }
        let (late, took) = timed(editor.post("/v1/themes", &theme("late"))).await;
        assert!(late.status == 503 && took < Duration::from_secs(5), "{took:?}");
        assert_eq!(app.anonymous().get("/health/ready").await.status, 503);
        until_true("the server has ended what was begun", async || count(&beside, "xact_start is not null").await == 0)
            .await;
        if round == 1 {
            beside.execute_unprepared(AT_ONCE).await.unwrap();
        } else {
            beside.execute_unprepared("alter table theme disable trigger slowly").await.unwrap();
        }

        proxy.heal();
        let took = first_write(&editor, &format!("back-{round}")).await;
        eprintln!("the first write came {took:?} after the way was free");
        assert!(took < Duration::from_secs(2), "{took:?}");
        if round == 0 {
            beside.execute_unprepared("alter table theme enable trigger slowly").await.unwrap();
        }
    }

    let heard = endpoint.hears(2).await;
    assert!(heard.iter().any(|heard| heard.body.contains("back-1")), "webhooks are told of it");
    // More than fit into either pool, at once.
    let (editor, more) = (&editor, |number: usize| theme(&format!("more-{number}")));
    let writes = join_all((0..8).map(|number| async move { editor.post("/v1/themes", &more(number)).await.status }));
    let reads = join_all((0..16).map(|number| {
        let reader = app.anonymous();
        async move { reader.get(&format!("/v1/municipalities?limit={}", number + 1)).await.status }
    }));
    let (writes, reads) = tokio::join!(writes, reads);
    assert_eq!((writes, reads), (vec![201; 8], vec![200; 16]));
    until_true(
        "at most the connection that looks for changes is in use, none is lost and none left behind",
        async || {
            let (busy, idle) = connections(&app).await;
            busy <= 1 && busy + idle == count(&beside, "true").await
        },
    )
    .await;
    beside.close().await.unwrap();
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn connections_to_the_server_are_kept_alive() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    assert_eq!(app.editor().await.post("/v1/themes", &theme("kept")).await.status, 201);

    // Of each: the peer, the state, and the timer that runs: 2 is that of keepalive, 1 that of what is not acknowledged yet.
    let peer = format!(":{:04X}", proxy.address.port());
    until_true("every connection is kept alive", async || {
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

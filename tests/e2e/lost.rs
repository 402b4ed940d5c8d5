//! Disconnecting clients lose no acknowledged write. Needs a PostgreSQL server, whose connections a proxy can delay.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use api::base::db::Database;
use rustix::net::sockopt::set_socket_linger;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, Proxy, TestDatabase, statement, until_true};

/// Sends a whole request and resets the connection after some time without reading the response, as a killed client does.
fn send_and_disconnect(address: SocketAddr, request: &str, after: Duration) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    std::thread::sleep(after);
    set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
}

fn request(token: &str, slug: &str) -> String {
    let body = json!({ "slug": slug, "title": { "de": slug } }).to_string();
    format!(
        "POST /v1/themes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// Waits until no transaction is open. PostgreSQL ends a session that is idle in a transaction after five seconds, and a later
/// write on that session would be lost.
async fn wait_for_transactions(observer: &DatabaseConnection) {
    const OPEN: &str = "select coalesce(max(extract(epoch from now() - xact_start)), 0)::float8, count(*) from pg_stat_activity \
        where datname = current_database() and application_name = 'transferatlas' and xact_start is not null";
    until_true("no transaction is open", async || {
        let open = observer.query_one_raw(statement(OPEN)).await.unwrap().unwrap();
        let longest: f64 = open.try_get_by_index(0).unwrap();
        assert!(longest < 4.5, "a session was left inside a transaction for {longest} s");
        open.try_get_by_index::<i64>(1).unwrap() == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_write_completes_when_its_client_disconnects() {
    let database = TestDatabase::filled();
    let target = database.server_address();
    let observer = database.connect().await;
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    proxy.delay(Duration::from_millis(4));

    for round in 0..10 {
        // Each client disconnects at another moment while its transaction begins.
        for number in 0..8 {
            let (address, request) = (app.address(), request(&token, &format!("rude-{round}-{number}")));
            let after = Duration::from_micros(2000 + 2500 * number);
            tokio::task::spawn_blocking(move || send_and_disconnect(address, &request, after)).await.unwrap();
        }
        wait_for_transactions(&observer).await;
    }

    // Some clients disconnect before the service has read the request.
    let done = app.anonymous().get("/v1/themes").await.json()["total"].as_u64().unwrap() - 15;
    assert!(done > 40, "{done} of 80 writes completed");
    observer.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
#[expect(clippy::too_many_lines, reason = "two groups of clients and the checks of the database")]
async fn disconnecting_clients_do_not_lose_acknowledged_writes_of_others() {
    const CLIENTS: usize = 200;
    let database = TestDatabase::filled();
    let target = database.server_address();
    let observer = database.connect().await;
    let proxy = Proxy::to(target).await;
    let app = App::start_on(database.behind(proxy.address));
    let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    proxy.delay(Duration::from_millis(2));

    let (address, disconnecting) = (app.address(), token.clone());
    let disconnecting = std::thread::spawn(move || {
        for number in 0..CLIENTS {
            let after = Duration::from_micros(137 * (number as u64 % 97));
            send_and_disconnect(address, &request(&disconnecting, &format!("rude-{number}")), after);
        }
    });
    let (address, waiting) = (app.address(), token);
    let waiting = std::thread::spawn(move || {
        let mut acknowledged = vec![];
        for number in 0..CLIENTS {
            let slug = format!("honest-{number}");
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request(&waiting, &slug).as_bytes()).unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            if answer.starts_with("HTTP/1.1 201") {
                acknowledged.push(slug);
            }
        }
        acknowledged
    });
    disconnecting.join().unwrap();
    let acknowledged = waiting.join().unwrap();
    wait_for_transactions(&observer).await;

    let rows = observer.query_all_raw(statement("select slug from theme")).await.unwrap();
    let stored: Vec<String> = rows.iter().map(|row| row.try_get("", "slug").unwrap()).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|slug| !stored.contains(slug)).collect();
    assert!(acknowledged.len() > CLIENTS * 9 / 10, "{} of {CLIENTS} were served", acknowledged.len());
    assert!(lost.is_empty(), "acknowledged and not stored: {lost:?}");
    // Every entry has a change and every change an entry, so each write was atomic.
    let unpaired = "select count(*) from theme t full join (select slug from change where resource = 'theme') c on c.slug = t.slug \
                where t.slug is null or c.slug is null";
    let unpaired: i64 =
        observer.query_one_raw(statement(unpaired)).await.unwrap().unwrap().try_get_by_index(0).unwrap();
    assert_eq!(unpaired, 0, "entries without a change, or changes without an entry");
    observer.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_read_dropped_during_begin_leaves_no_open_transaction() {
    const OPEN: &str = "select count(*) from pg_stat_activity where datname = current_database() \
        and application_name = 'transferatlas' and state = 'idle in transaction'";
    let database = TestDatabase::filled();
    let proxy = Proxy::to(database.server_address()).await;
    let observer = database.connect().await;
    let database = database.behind(proxy.address);
    let service = Database::open(&database.settings()).await.unwrap();
    // Opens a connection.
    drop(service.snapshot().await.unwrap());

    // With this delay, the read is dropped after the ping of the connection and before its transaction has begun.
    proxy.delay(Duration::from_millis(50));
    for after in (60..260).step_by(20) {
        let begun = tokio::time::timeout(Duration::from_millis(after), service.snapshot()).await;
        drop(begun);
        let dropped = Instant::now();
        until_true("no transaction is open", async || {
            let open = observer.query_one_raw(statement(OPEN)).await.unwrap().unwrap();
            open.try_get_by_index::<i64>(0).unwrap() == 0
        })
        .await;
        // PostgreSQL ends such a session after five seconds.
        assert!(dropped.elapsed() < Duration::from_secs(4), "a transaction was left open after {after} ms");
    }
    proxy.delay(Duration::ZERO);
    service.close().await.unwrap();
    observer.close().await.unwrap();
}

//! Settings of database sessions: read-only transactions and timeouts. Requires a server.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{App, PgBouncer, Pooling, TestDatabase, statement};

use crate::pooled::start_with_pgbouncer;

/// Settings of every session. Reads wait for locks for a shorter time.
const LIMITS: [(&str, &str); 4] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "1s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("transaction_isolation", "read committed"),
];

#[test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
fn read_sessions_have_timeouts_and_cannot_write() {
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        let others = LIMITS.into_iter().filter(|(name, _)| *name != "lock_timeout");
        for (name, value) in others.chain([("lock_timeout", "500ms"), ("transaction_read_only", "on")]) {
            let shown = db.query_one_raw(statement(&format!("show {name}"))).await.unwrap().unwrap();
            assert_eq!(shown.try_get_by_index::<String>(0).unwrap(), value, "{name}");
        }
        let refused = db.execute_unprepared("delete from theme").await.unwrap_err().to_string();
        assert!(refused.contains("read-only transaction"), "{refused}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn write_sessions_have_timeouts_also_through_pgbouncer() {
    const OBSERVE: &str = "create table observed (name text, value text); \
        create function observe() returns trigger language plpgsql as $$ begin \
            insert into observed select name, current_setting(name) from unnest(array['statement_timeout', 'lock_timeout', \
                'idle_in_transaction_session_timeout', 'transaction_isolation', 'transaction_read_only']) name; return new; end $$; \
        create trigger observe before insert on theme for each row execute function observe()";
    for pooled in [false, true] {
        let database = TestDatabase::filled();
        let connection = database.connect().await;
        let bouncer = pooled.then(|| PgBouncer::start(&database, Pooling::Transaction, 4));
        let app = match &bouncer {
            Some(bouncer) => start_with_pgbouncer(database, bouncer, true),
            None => App::start_on(database),
        };
        connection.execute_unprepared(OBSERVE).await.unwrap();

        let theme = json!({ "slug": "beobachtet", "title": { "de": "Beobachtet" } });
        assert_eq!(app.editor().await.post("/v1/themes", &theme).await.status, 201);

        for (name, value) in LIMITS.into_iter().chain([("transaction_read_only", "off")]) {
            let observed = format!("select value from observed where name = '{name}'");
            let observed = connection.query_one_raw(statement(&observed)).await.unwrap().unwrap();
            assert_eq!(observed.try_get_by_index::<String>(0).unwrap(), value, "{name}, through PgBouncer: {pooled}");
        }
        connection.close().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn slow_read_is_aborted_with_503() {
    // Each statement is within its own timeout; together they exceed the time limit of a read.
    const SLOW: &str = "create or replace view solution_freshness as with slept as materialized (select pg_sleep(2.5)) \
        select s.id as solution_id, 'fresh'::text as freshness from solution s, slept";
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let app = App::start_on(database);
    connection.execute_unprepared(SLOW).await.unwrap();

    let began = Instant::now();
    let late = app.anonymous().get("/v1/solutions?freshness=fresh&facets=freshness").await;

    assert_eq!((late.status, late.problem().as_str()), (503, "service-unavailable"), "{}", late.text());
    assert!(began.elapsed() > Duration::from_secs(4), "aborted after {:?}", began.elapsed());
    connection.close().await.unwrap();
}

//! What the service allows itself in the database: no read writes, and nothing goes on for long. On a server.

use std::time::{Duration, Instant};

use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{App, PgBouncer, Pooling, TestDatabase, statement};

use crate::pooled::start;

/// What every session is held to, whatever it is for.
const LIMITS: [(&str, &str); 4] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "1s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("transaction_isolation", "read committed"),
];

#[test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
fn reads_have_limits_and_cannot_write() {
    TestDatabase::filled().with(async |database| {
        let db = database.connection();
        for (name, value) in LIMITS.into_iter().chain([("transaction_read_only", "on")]) {
            let shown = db.query_one_raw(statement(&format!("show {name}"))).await.unwrap().unwrap();
            assert_eq!(shown.try_get_by_index::<String>(0).unwrap(), value, "{name}");
        }
        let refused = db.execute_unprepared("delete from theme").await.unwrap_err().to_string();
        assert!(refused.contains("read-only transaction"), "{refused}");
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn writes_have_limits_also_through_pgbouncer() {
    const OBSERVE: &str = "create table observed (name text, value text); \
        create function observe() returns trigger language plpgsql as $$ begin \
            insert into observed select name, current_setting(name) from unnest(array['statement_timeout', 'lock_timeout', \
                'idle_in_transaction_session_timeout', 'transaction_isolation', 'transaction_read_only']) name; return new; end $$; \
        create trigger observe before insert on theme for each row execute function observe()";
    for pooled in [false, true] {
        let database = TestDatabase::filled();
        let beside = database.connect().await;
        let bouncer = pooled.then(|| PgBouncer::start(&database, Pooling::Transaction, 4));
        let app = match &bouncer {
            Some(bouncer) => start(database, bouncer, true),
            None => App::start_on(database),
        };
        beside.execute_unprepared(OBSERVE).await.unwrap();

        let theme = json!({ "slug": "beobachtet", "title": { "de": "Beobachtet" } });
        assert_eq!(app.editor().await.post("/v1/themes", &theme).await.status, 201);

        for (name, value) in LIMITS.into_iter().chain([("transaction_read_only", "off")]) {
            let observed = format!("select value from observed where name = '{name}'");
            let observed = beside.query_one_raw(statement(&observed)).await.unwrap().unwrap();
            assert_eq!(observed.try_get_by_index::<String>(0).unwrap(), value, "{name}, through PgBouncer: {pooled}");
        }
        beside.close().await.unwrap();
    }
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_read_of_many_slow_statements_is_given_up() {
    // Each statement ends within its limit; together they take longer than a read may.
    const SLOW: &str = "create or replace view solution_freshness as with slept as materialized (select pg_sleep(2.5)) \
        select s.id as solution_id, 'fresh'::text as freshness from solution s, slept";
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let app = App::start_on(database);
    beside.execute_unprepared(SLOW).await.unwrap();

    let began = Instant::now();
    let late = app.anonymous().get("/v1/solutions?freshness=fresh&facets=freshness").await;

    assert_eq!((late.status, late.problem().as_str()), (503, "service-unavailable"), "{}", late.text());
    assert!(began.elapsed() > Duration::from_secs(4), "it was given up after {:?}", began.elapsed());
    beside.close().await.unwrap();
}

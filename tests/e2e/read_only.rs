//! A database that takes no writes, for a while or for this role; one that is full; one that stands in the way of itself. On a server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, Client, DatabaseSettings, Postgres, Secret, TestDatabase, keys, listen, statement, until_true};
use url::Url;

fn theme(slug: &str) -> serde_json::Value {
    json!({ "slug": slug, "title": { "de": slug } })
}

async fn name(beside: &DatabaseConnection) -> String {
    let name = beside.query_one_raw(statement("select current_database()::text")).await.unwrap().unwrap();
    name.try_get_by_index(0).unwrap()
}

/// Whether the service says that it takes writes, once it is ready.
async fn writes(app: &App) -> bool {
    let ready = app.anonymous().get("/health/ready").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
    ready.json()["writes"].as_bool().unwrap()
}

/// Waits until a write succeeds; tells how long it took.
async fn writes_again(editor: &Client, slug: &str) -> Duration {
    let began = Instant::now();
    loop {
        let answer = editor.post("/v1/themes", &theme(slug)).await;
        if answer.status == 201 {
            return began.elapsed();
        }
        assert_eq!((answer.status, answer.problem().as_str()), (503, "writes-unavailable"), "{}", answer.text());
        assert!(began.elapsed() < Duration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Another instance on the same database, under an address that is made from the first one's.
fn start(database: TestDatabase, change: impl FnOnce(&mut Url)) -> App {
    let settings = database.settings();
    let mut url = Url::parse(&settings.database_url.as_ref().unwrap().0).unwrap();
    change(&mut url);
    App::start_as(database, DatabaseSettings { database_url: Some(Secret(url.into())), ..settings }, keys(), listen())
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_database_set_to_read_only_serves_reads_and_takes_writes_as_soon_as_it_may() {
    const DISCONNECT: &str = "select pg_terminate_backend(pid) from pg_stat_activity \
        where datname = current_database() and application_name = 'transferatlas'";
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let app = App::start_on(database);
    let editor = app.editor().await;
    let name = name(&beside).await;
    assert!(writes(&app).await);

    beside.execute_unprepared(&format!("alter database {name} set default_transaction_read_only = on")).await.unwrap();
    beside.execute_unprepared(DISCONNECT).await.unwrap();
    until_true("the service knows that it cannot write", async || !writes(&app).await).await;
    for number in 0..4 {
        let answer = editor.post("/v1/themes", &theme("never")).await;
        assert_eq!((answer.status, answer.problem().as_str()), (503, "writes-unavailable"), "{number}");
        assert!(!answer.header("retry-after").is_empty());
    }
    assert!(!writes(&app).await);
    assert_eq!(app.anonymous().get("/v1/projects/ulm").await.status, 200);

    // Nobody ends the sessions that were opened meanwhile.
    beside.execute_unprepared(&format!("alter database {name} reset default_transaction_read_only")).await.unwrap();
    let took = writes_again(&editor, "again").await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    until_true("the service says that it can write", async || writes(&app).await).await;
    beside.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn settings_in_the_address_hold() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let app = App::start_on(database);
    let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;

    let other = start(shared, |url| url.set_query(Some("options=-c%20default_transaction_read_only%3Don")));

    let answer = other.anonymous().with_token(&token).post("/v1/themes", &theme("never")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "writes-unavailable"));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_role_that_may_only_read_serves_reads() {
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let shared = database.shared();
    let app = App::start_on(database);
    let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    let role = format!("reader_{}", name(&beside).await);
    let make = format!(
        "create role {role} login password 'hush-hush'; grant usage on schema public to {role}; \
         grant select on all tables in schema public to {role}"
    );
    beside.execute_unprepared(&make).await.unwrap();

    let reader = start(shared, |url| {
        url.set_username(&role).unwrap();
        url.set_password(Some("hush-hush")).unwrap();
    });
    let answer = reader.anonymous().with_token(&token).post("/v1/themes", &theme("never")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (403, "read-only"), "{}", answer.text());
    assert_eq!(reader.anonymous().get("/v1/projects/ulm").await.status, 200);
    until_true("the service says that it cannot write", async || !writes(&reader).await).await;
    assert!(writes(&app).await);

    drop(reader);
    beside.execute_unprepared(&format!("drop owned by {role}; drop role {role}")).await.unwrap();
    beside.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_standby_serves_reads_and_takes_writes_once_it_is_promoted() {
    let primary = tokio::task::spawn_blocking(Postgres::start).await.unwrap();
    let database = TestDatabase::on_own_server(&primary.url("postgres"), "postgres");
    database.with(async |database| database.migrate(None).await.unwrap());
    let first = App::start_on(database);
    let token = first.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    assert_eq!(first.anonymous().with_token(&token).post("/v1/themes", &theme("before")).await.status, 201);

    let standby = primary.standby();
    let database = TestDatabase::on_own_server(&standby.url("postgres"), "postgres");
    database.with(async |database| api::app::seed::fill(database).await.unwrap());
    let app = App::start_on(database);
    let editor = app.anonymous().with_token(&token);
    let answer = editor.post("/v1/themes", &theme("never")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "writes-unavailable"), "{}", answer.text());
    until_true("the standby says that it cannot write", async || !writes(&app).await).await;
    assert_eq!(app.anonymous().get("/v1/themes/before").await.status, 200);

    drop((first, primary));
    standby.promote();
    let took = writes_again(&editor, "after").await;
    eprintln!("the first write came {took:?} after the promotion");
    assert!(took < Duration::from_secs(2), "{took:?}");
    until_true("the service says that it can write", async || writes(&app).await).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn what_stops_a_write_is_answered_as_what_it_is() {
    const FAILING: &str = "create function failing() returns trigger language plpgsql as $$ begin \
            raise exception 'it fails' using errcode = substr(new.slug, 3); end $$; \
        create trigger failing before insert on theme for each row when (new.slug like 'e-%') execute function failing()";
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let app = App::start_on(database);
    let editor = app.editor().await;
    beside.execute_unprepared(FAILING).await.unwrap();

    for (state, status, problem) in [
        ("53100", 507, "insufficient-storage"),
        ("25006", 503, "writes-unavailable"),
        ("42501", 403, "read-only"),
        ("40001", 503, "service-unavailable"),
        ("53200", 503, "service-unavailable"),
        ("22012", 500, "internal-error"),
    ] {
        let answer = editor.post("/v1/themes", &theme(&format!("e-{state}"))).await;
        assert_eq!((answer.status, answer.problem().as_str()), (status, problem), "{state}: {}", answer.text());
        assert_eq!(answer.header("retry-after").is_empty(), status != 503, "{state}");
    }
    assert_eq!(editor.post("/v1/themes", &theme("well")).await.status, 201);
    beside.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn writes_do_not_depend_on_the_isolation_that_is_usual_there() {
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let name = name(&beside).await;
    beside
        .execute_unprepared(&format!("alter database {name} set default_transaction_isolation = 'serializable'"))
        .await
        .unwrap();
    let app = App::start_on(database);
    let editor = app.editor().await;

    let writes = (0..20).map(|number| {
        let editor = editor.clone();
        async move { editor.post("/v1/themes", &theme(&format!("theme-{number}"))).await.status }
    });

    assert_eq!(join_all(writes).await, vec![201; 20]);
    beside.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn an_instance_whose_schema_is_gone_is_not_ready_and_one_with_a_newer_schema_is() {
    const OLD: &str = "delete from seaql_migrations where version = (select max(version) from seaql_migrations)";
    let database = TestDatabase::filled();
    let beside = database.connect().await;
    let app = App::start_on(database);

    beside
        .execute_unprepared("insert into seaql_migrations (version, applied_at) values ('9999_future', 0)")
        .await
        .unwrap();
    assert!(writes(&app).await);
    beside.execute_unprepared("delete from seaql_migrations where version = '9999_future'").await.unwrap();
    beside.execute_unprepared(OLD).await.unwrap();

    let ready = app.anonymous().get("/health/ready").await;
    assert_eq!((ready.status, ready.problem().as_str()), (503, "service-unavailable"));
    beside.close().await.unwrap();
}

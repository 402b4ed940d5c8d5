//! Databases that refuse writes: read-only mode, missing privileges, standby, full disk and conflicts. Requires a server.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::json;
use tests::{App, Client, DatabaseSettings, Postgres, Secret, TestDatabase, keys, listen, statement, until_true};
use url::Url;

fn theme(slug: &str) -> serde_json::Value {
    json!({ "slug": slug, "title": { "de": slug } })
}

async fn database_name(connection: &DatabaseConnection) -> String {
    let name = connection.query_one_raw(statement("select current_database()::text")).await.unwrap().unwrap();
    name.try_get_by_index(0).unwrap()
}

/// Returns whether the ready service reports that it accepts writes.
async fn accepts_writes(app: &App) -> bool {
    let ready = app.anonymous().get("/health/ready").await;
    assert_eq!(ready.status, 200, "{}", ready.text());
    ready.json()["writes"].as_bool().unwrap()
}

/// Waits until a write succeeds, and returns how long that took.
async fn wait_for_write(editor: &Client, slug: &str) -> Duration {
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

/// Starts an instance on the database with a changed URL.
fn start_with_url(database: TestDatabase, change: impl FnOnce(&mut Url)) -> App {
    let settings = database.settings();
    let mut url = Url::parse(&settings.database_url.as_ref().unwrap().0).unwrap();
    change(&mut url);
    App::start_as(database, DatabaseSettings { database_url: Some(Secret(url.into())), ..settings }, keys(), listen())
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn writes_resume_after_a_database_leaves_read_only_mode() {
    const DISCONNECT: &str = "select pg_terminate_backend(pid) from pg_stat_activity \
        where datname = current_database() and application_name = 'transferatlas'";
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let app = App::start_on(database);
    let editor = app.editor().await;
    let name = database_name(&connection).await;
    assert!(accepts_writes(&app).await);

    connection
        .execute_unprepared(&format!("alter database {name} set default_transaction_read_only = on"))
        .await
        .unwrap();
    connection.execute_unprepared(DISCONNECT).await.unwrap();
    until_true("the service reports that it cannot write", async || !accepts_writes(&app).await).await;
    for number in 0..4 {
        let answer = editor.post("/v1/themes", &theme("never")).await;
        assert_eq!((answer.status, answer.problem().as_str()), (503, "writes-unavailable"), "{number}");
        assert!(!answer.header("retry-after").is_empty());
    }
    assert!(!accepts_writes(&app).await);
    assert_eq!(app.anonymous().get("/v1/projects/ulm").await.status, 200);

    // Sessions that were opened in read-only mode stay open.
    connection.execute_unprepared(&format!("alter database {name} reset default_transaction_read_only")).await.unwrap();
    let took = wait_for_write(&editor, "again").await;
    assert!(took < Duration::from_secs(2), "{took:?}");
    until_true("the service reports that it can write", async || accepts_writes(&app).await).await;
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn session_options_in_the_database_url_apply() {
    let database = TestDatabase::filled();
    let shared = database.shared();
    let app = App::start_on(database);
    let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;

    let other = start_with_url(shared, |url| url.set_query(Some("options=-c%20default_transaction_read_only%3Don")));

    let answer = other.anonymous().with_token(&token).post("/v1/themes", &theme("never")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (503, "writes-unavailable"));
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn role_without_write_privileges_serves_reads() {
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let shared = database.shared();
    let app = App::start_on(database);
    let token = app.issue(json!({ "subject": "redaktion", "role": "editor" })).await;
    let role = format!("reader_{}", database_name(&connection).await);
    let make = format!(
        "create role {role} login password 'hush-hush'; grant usage on schema public to {role}; \
         grant select on all tables in schema public to {role}"
    );
    connection.execute_unprepared(&make).await.unwrap();

    let reader = start_with_url(shared, |url| {
        url.set_username(&role).unwrap();
        url.set_password(Some("hush-hush")).unwrap();
    });
    let answer = reader.anonymous().with_token(&token).post("/v1/themes", &theme("never")).await;
    assert_eq!((answer.status, answer.problem().as_str()), (403, "read-only"), "{}", answer.text());
    assert_eq!(reader.anonymous().get("/v1/projects/ulm").await.status, 200);
    until_true("the service reports that it cannot write", async || !accepts_writes(&reader).await).await;
    assert!(accepts_writes(&app).await);

    drop(reader);
    connection.execute_unprepared(&format!("drop owned by {role}; drop role {role}")).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn standby_accepts_writes_after_its_promotion() {
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
    until_true("the standby reports that it cannot write", async || !accepts_writes(&app).await).await;
    assert_eq!(app.anonymous().get("/v1/themes/before").await.status, 200);

    drop((first, primary));
    standby.promote();
    let took = wait_for_write(&editor, "after").await;
    eprintln!("the first write succeeded {took:?} after the promotion");
    assert!(took < Duration::from_secs(2), "{took:?}");
    until_true("the service reports that it can write", async || accepts_writes(&app).await).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn database_errors_of_writes_map_to_problems() {
    const FAILING: &str = "create function failing() returns trigger language plpgsql as $$ begin \
            raise exception 'it fails' using errcode = substr(new.slug, 3); end $$; \
        create trigger failing before insert on theme for each row when (new.slug like 'e-%') execute function failing()";
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let app = App::start_on(database);
    let editor = app.editor().await;
    connection.execute_unprepared(FAILING).await.unwrap();

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
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn writes_succeed_with_serializable_default_isolation() {
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let name = database_name(&connection).await;
    connection
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
    connection.close().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn instance_is_ready_on_a_newer_schema_and_not_on_an_older() {
    const OLD: &str = "delete from seaql_migrations where version = (select max(version) from seaql_migrations)";
    let database = TestDatabase::filled();
    let connection = database.connect().await;
    let app = App::start_on(database);

    connection
        .execute_unprepared("insert into seaql_migrations (version, applied_at) values ('9999_future', 0)")
        .await
        .unwrap();
    assert!(accepts_writes(&app).await);
    connection.execute_unprepared("delete from seaql_migrations where version = '9999_future'").await.unwrap();
    connection.execute_unprepared(OLD).await.unwrap();

    let ready = app.anonymous().get("/health/ready").await;
    assert_eq!((ready.status, ready.problem().as_str()), (503, "service-unavailable"));
    connection.close().await.unwrap();
}

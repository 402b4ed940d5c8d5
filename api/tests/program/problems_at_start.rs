//! Messages about a failed start: one line with a remedy and without secrets.

use std::path::Path;

use api::base::db::{Database, DatabaseSettings};
use sea_orm::ConnectionTrait;

use crate::postgres::Postgres;
use crate::serving::{Serving, filled_folder, folder, run, stderr_text};

/// Runs the program and asserts that it fails with one line that contains all words.
fn assert_start_fails(data: &Path, arguments: &[&str], words: &[&str]) {
    let output = run(data, &[&["--port", "0"], arguments].concat());
    let message = stderr_text(&output);
    assert_eq!((output.status.code(), message.lines().count()), (Some(1), 1), "{arguments:?}: {message}");
    assert!(message.starts_with("transferatlas: "), "{message}");
    for word in words {
        assert!(message.contains(word), "{arguments:?} lacks {word}: {message}");
    }
    assert!(!message.contains("hush-hush") && !message.contains("://postgres"), "{message}");
}

#[test]
fn invalid_database_url_is_reported_with_the_expected_format() {
    let data = folder();
    for address in
        ["garbage", "mysql://root:hush-hush@localhost/x", "postgres://u:hush-hush@host:port/x", "postgres:/x"]
    {
        assert_start_fails(
            data.path(),
            &["--database-url", address],
            &["DATABASE_URL", "postgres://user:password@host"],
        );
    }
}

#[test]
fn newer_schema_ends_the_program_with_the_embedded_database() {
    const STEP: &str = "insert into seaql_migrations (version, applied_at) values ('9999_future', 0)";
    let data = filled_folder();
    let settings =
        DatabaseSettings { database_url: None, data_dir: data.path().to_owned(), pool_size: 1, pgbouncer: false };
    actix_web::rt::System::new().block_on(async move {
        let database = Database::open(&settings).await.unwrap();
        database.connection().execute_unprepared(STEP).await.unwrap();
        database.close().await.unwrap();
    });

    assert_start_fails(data.path(), &[], &["newer version of this program"]);
}

#[test]
#[ignore = "needs the programs of PostgreSQL"]
fn unusable_server_is_reported_with_a_remedy() {
    let (data, server) = (folder(), Postgres::start());
    server.execute(
        "postgres",
        &[
            "create role locked password 'hush-hush'",
            "create database ascii encoding 'SQL_ASCII' template template0 locale 'C'",
            "create database latin encoding 'LATIN1' template template0 locale 'C'",
        ],
    );
    let url = server.url("postgres");
    let start = |url: &str, words: &[&str]| assert_start_fails(data.path(), &["--database-url", url], words);

    start(&url.replace("hush-hush", "wrong"), &["password authentication failed", "correct the user and the password"]);
    start(&format!("{url}?sslmode=require"), &["does not support TLS", "sslmode"]);
    start(&server.url("nowhere"), &["\"nowhere\" does not exist", "create database"]);
    start(&url.replace("postgres:hush", "locked:hush"), &["locked", "let the role log in"]);
    start(&server.url("ascii"), &["SQL_ASCII", "must be UTF8", "encoding 'UTF8'"]);
    start(&server.url("latin"), &["LATIN1", "must be UTF8"]);
    start(&url, &["lacks", "transferatlas migrate"]);
    assert_start_fails(
        data.path(),
        &["--database-url", &url, "--pgbouncer", "--migrate"],
        &["without --pgbouncer", "transferatlas migrate"],
    );
    let stopped = url.clone();
    drop(server);
    start(&stopped, &["cannot be reached", "that the server runs"]);
}

#[test]
#[ignore = "needs the programs of PostgreSQL"]
fn missing_privilege_is_reported_with_the_grant() {
    let (data, server) = (folder(), Postgres::start());
    server.execute("postgres", &["create role plain login password 'hush-hush'", "create database atlas"]);
    let (url, plain) = (server.url("atlas"), server.url("atlas").replace("postgres:hush", "plain:hush"));
    let migrate =
        |url: &str, words: &[&str]| assert_start_fails(data.path(), &["migrate", "--database-url", url], words);

    migrate(&plain, &["plain may not create tables", "grant create on schema public to plain"]);
    server.execute("atlas", &["grant create on schema public to plain"]);
    migrate(&plain, &["plain may not create the extension pg_trgm", "create extension pg_trgm"]);
    server.execute("atlas", &["alter database atlas set default_transaction_read_only = on"]);
    migrate(&url, &["takes no writes", "migrate on the primary"]);
    server.execute("postgres", &["alter database atlas reset default_transaction_read_only"]);
    assert!(run(data.path(), &["migrate", "--database-url", &url]).status.success());
    assert_start_fails(data.path(), &["--database-url", &plain], &["plain may not read", "grant select on all tables"]);

    // The database is empty, and the role cannot fill it.
    server.execute("atlas", &["grant select on all tables in schema public to plain"]);
    let serving = Serving::start_with(data.path(), &["--database-url", &plain]);
    assert!(serving.get("/v1/themes").contains("\"total\":0"));
    assert!(serving.get("/health/ready").contains("\"writes\":false"));
    assert_eq!(serving.end("-TERM"), Some(0));
    server.execute("postgres", &["alter database atlas set default_transaction_read_only = on"]);
    let serving = Serving::start_with(data.path(), &["--database-url", &url]);
    assert!(serving.get("/v1/themes").contains("\"total\":0"));
    assert_eq!(serving.end("-TERM"), Some(0));
}

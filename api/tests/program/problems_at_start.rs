//! What stands in the way of a start on a server is told in one line with its remedy, and without secrets. On a server of
//! the test's own.

use std::path::Path;

use crate::postgres::Postgres;
use crate::serving::{Serving, folder, run, said};

/// Runs the program, which has to fail with one line that has all these words in it.
fn fails(data: &Path, arguments: &[&str], words: &[&str]) {
    let output = run(data, &[&["--port", "0"], arguments].concat());
    let said = said(&output);
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{arguments:?}: {said}");
    assert!(said.starts_with("transferatlas: "), "{said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} misses {word}: {said}");
    }
    assert!(!said.contains("hush-hush") && !said.contains("://postgres"), "{said}");
}

#[test]
fn an_address_that_is_none_is_told_with_the_form_of_one() {
    let data = folder();
    for address in
        ["garbage", "mysql://root:hush-hush@localhost/x", "postgres://u:hush-hush@host:port/x", "postgres:/x"]
    {
        fails(data.path(), &["--database-url", address], &["DATABASE_URL", "postgres://user:password@host"]);
    }
}

#[test]
#[ignore = "needs the programs of PostgreSQL"]
fn a_server_that_cannot_be_used_is_told_with_the_remedy() {
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
    let at = |url: &str, words: &[&str]| fails(data.path(), &["--database-url", url], words);

    at(&url.replace("hush-hush", "wrong"), &["password authentication failed", "correct the user and the password"]);
    at(&format!("{url}?sslmode=require"), &["does not support TLS", "sslmode"]);
    at(&server.url("nowhere"), &["\"nowhere\" does not exist", "create database"]);
    at(&url.replace("postgres:hush", "locked:hush"), &["locked", "let the role log in"]);
    at(&server.url("ascii"), &["SQL_ASCII", "must be UTF8", "encoding 'UTF8'"]);
    at(&server.url("latin"), &["LATIN1", "must be UTF8"]);
    at(&url, &["lacks", "transferatlas migrate"]);
    fails(
        data.path(),
        &["--database-url", &url, "--pgbouncer", "--migrate"],
        &["without --pgbouncer", "transferatlas migrate"],
    );
    let stopped = url.clone();
    drop(server);
    at(&stopped, &["cannot be reached", "that the server runs"]);
}

#[test]
#[ignore = "needs the programs of PostgreSQL"]
fn what_a_role_lacks_is_told_with_the_grant_and_reading_is_enough_to_serve() {
    let (data, server) = (folder(), Postgres::start());
    server.execute("postgres", &["create role plain login password 'hush-hush'", "create database atlas"]);
    let (url, plain) = (server.url("atlas"), server.url("atlas").replace("postgres:hush", "plain:hush"));
    let migrate = |url: &str, words: &[&str]| fails(data.path(), &["migrate", "--database-url", url], words);

    migrate(&plain, &["plain may not create tables", "grant create on schema public to plain"]);
    server.execute("atlas", &["grant create on schema public to plain"]);
    migrate(&plain, &["plain may not create the extension pg_trgm", "create extension pg_trgm"]);
    server.execute("atlas", &["alter database atlas set default_transaction_read_only = on"]);
    migrate(&url, &["takes no writes", "migrate on the primary"]);
    server.execute("postgres", &["alter database atlas reset default_transaction_read_only"]);
    assert!(run(data.path(), &["migrate", "--database-url", &url]).status.success());
    fails(data.path(), &["--database-url", &plain], &["plain may not read", "grant select on all tables"]);

    // Nothing is in it, and nothing can be put into it.
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

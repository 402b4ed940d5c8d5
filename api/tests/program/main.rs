//! The program itself, from outside: its commands, its signals, its data folder.
#![cfg(feature = "embedded")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod command_line;
#[path = "../../../tests/src/folder.rs"]
#[expect(clippy::expect_used, reason = "the end-to-end tests use it, too")]
mod copies;
mod files;
mod imports;
#[path = "../../../tests/src/postgres.rs"]
#[expect(clippy::expect_used, dead_code, unreachable_pub, reason = "the end-to-end tests use it, too, and more of it")]
mod postgres;
mod problems_at_start;
mod schema;
mod serving;
mod tokens;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use self::serving::{Serving, command, filled, folder, run, said};

#[test]
fn the_directory_is_there_from_the_first_start_and_stays() {
    let data = folder();

    let first = Serving::start(data.path());
    let list = first.get("/v1/projects?sort=slug&fields=id,slug&limit=100");
    assert!(list.contains("\"total\":73") && list.contains("zwoenitz"));
    assert_eq!(first.end("-TERM"), Some(0), "told to stop, it stops well");

    let second = Serving::start(data.path());
    let again = second.get("/v1/projects?sort=slug&fields=id,slug&limit=100");
    let body = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert_eq!(body(&again), body(&list), "the same ids");
    assert_eq!(second.end("-KILL"), None);

    let third = Serving::start(data.path());
    assert_eq!(body(&third.get("/v1/projects?sort=slug&fields=id,slug&limit=100")), body(&list), "also after kill -9");
    assert_eq!(third.end("-INT"), Some(0));
}

#[test]
fn what_is_in_flight_is_finished() {
    let data = filled();
    let serving = Serving::start(data.path());
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /v1/municipalities?format=ndjson HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut begun = [0; 1024];
    stream.read_exact(&mut begun).unwrap();

    serving.signal("-TERM");
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();

    assert!(rest.ends_with("\r\n0\r\n\r\n"), "the stream is whole");
    assert!(rest.matches("\"slug\"").count() > 12_000);
}

#[test]
fn it_is_not_ready_while_it_drains_and_serves_all_the_same() {
    let data = filled();
    let serving = Serving::start_with(data.path(), &["--drain-seconds", "3"]);
    assert!(serving.get("/health/ready").starts_with("HTTP/1.1 200"));

    serving.signal("-TERM");

    let limit = Instant::now() + Duration::from_secs(2);
    let mut ready = serving.get("/health/ready");
    while ready.starts_with("HTTP/1.1 200") && Instant::now() < limit {
        ready = serving.get("/health/ready");
    }
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    assert!(serving.get("/v1/themes").starts_with("HTTP/1.1 200"), "what comes meanwhile is served");
    assert_eq!(serving.end("-CONT"), Some(0));
}

#[test]
fn a_data_folder_in_use_is_one_clear_line() {
    let data = filled();
    let serving = Serving::start(data.path());

    let second = run(data.path(), &["--port", "0"]);

    assert_eq!(second.status.code(), Some(1));
    let said = said(&second);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("is in use by another process"), "{said}");
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn a_server_that_is_not_there_is_one_clear_line_without_its_password() {
    let data = folder();
    let started = Instant::now();

    let output = run(data.path(), &["--port", "0", "--database-url", "postgres://editor:hush-hush@127.0.0.1:1/atlas"]);

    let said = said(&output);
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("cannot be reached") && !said.contains("hush-hush"), "{said}");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn the_document_and_the_help_need_no_database() {
    let data = folder();

    let document = run(data.path(), &["openapi"]);
    let help = run(data.path(), &["--help"]);

    assert!(String::from_utf8_lossy(&document.stdout).contains("\"openapi\": \"3.1.0\""));
    for setting in ["DATABASE_URL", "TRANSFERATLAS_PORT", "TRANSFERATLAS_DATA_DIR", "TRANSFERATLAS_LOG_FORMAT"] {
        assert!(String::from_utf8_lossy(&help.stdout).contains(setting), "{setting}");
    }
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn settings_may_stand_before_and_behind_the_command() {
    let data = folder();

    for arguments in [["serve", "--port", "x"], ["--port", "x", "serve"]] {
        let said = said(&run(data.path(), &arguments));
        assert!(said.contains("invalid value 'x'"), "{said}");
    }
}

#[test]
fn a_first_start_that_is_killed_is_begun_anew() {
    let data = folder();

    for milliseconds in [50, 200, 350, 500, 700, 1000] {
        let mut process = command(data.path()).args(["--port", "0"]).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let half_made = data.path().join("tmp/pglite/base/PG_VERSION");
    fs::create_dir_all(half_made.parent().unwrap()).unwrap();
    fs::write(half_made, "0").unwrap();
    let _ = fs::remove_file(data.path().join("whole"));

    let serving = Serving::start(data.path());

    assert!(serving.get("/v1/projects?limit=1").contains("\"total\":73"));
    assert_eq!(serving.end("-TERM"), Some(0));
}

//! The program as a process: commands, signals and the data folder.
#![cfg(feature = "embedded")]
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failed expectation ends the test")]

mod command_line;
#[path = "../../../tests/src/folder.rs"]
#[expect(clippy::expect_used, reason = "shared with the end-to-end tests")]
mod copies;
mod files;
mod imports;
#[path = "../../../tests/src/postgres.rs"]
#[expect(
    clippy::expect_used,
    dead_code,
    unreachable_pub,
    reason = "shared with the end-to-end tests, which use more of it"
)]
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

use self::serving::{Serving, command, filled_folder, folder, run, stderr_text};

#[test]
fn first_start_fills_the_directory_and_restarts_keep_it() {
    let data = folder();

    let first = Serving::start(data.path());
    let list = first.get("/v1/projects?sort=slug&fields=id,slug&limit=100");
    assert!(list.contains("\"total\":73") && list.contains("zwoenitz"));
    assert_eq!(first.end("-TERM"), Some(0), "the service exits with code 0 after SIGTERM");

    let second = Serving::start(data.path());
    let again = second.get("/v1/projects?sort=slug&fields=id,slug&limit=100");
    let body = |answer: &str| answer.split("\r\n\r\n").nth(1).unwrap().to_owned();
    assert_eq!(body(&again), body(&list), "the IDs are unchanged");
    assert_eq!(second.end("-KILL"), None);

    let third = Serving::start(data.path());
    assert_eq!(
        body(&third.get("/v1/projects?sort=slug&fields=id,slug&limit=100")),
        body(&list),
        "the data survives SIGKILL"
    );
    assert_eq!(third.end("-INT"), Some(0));
}

#[test]
fn response_in_progress_is_completed_on_shutdown() {
    let data = filled_folder();
    let serving = Serving::start(data.path());
    let mut stream = TcpStream::connect(&serving.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET /v1/municipalities?format=ndjson HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut begun = [0; 1024];
    stream.read_exact(&mut begun).unwrap();

    serving.signal("-TERM");
    let limit = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(&serving.address).is_ok() {
        assert!(Instant::now() < limit, "new connections are refused");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut rest = vec![];
    stream.read_to_end(&mut rest).unwrap();
    // A part of the response may begin within a letter.
    let rest = String::from_utf8_lossy(&rest);

    assert!(rest.ends_with("\r\n0\r\n\r\n"), "the response is complete");
    assert!(rest.matches("\"slug\"").count() > 12_000);
    assert_eq!(serving.end("-CONT"), Some(0));
}

/// A worker that ends before its connection to the embedded database is closed would also end this database.
#[test]
fn no_response_is_cut_on_shutdown() {
    let data = filled_folder();
    for grace in ["25", "0"] {
        let serving = Serving::start_with(data.path(), &["--cache-mib", "0", "--grace-seconds", grace]);
        let cut: usize = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..4).map(|_| scope.spawn(|| read_until_refused(&serving.address))).collect();
            std::thread::sleep(Duration::from_millis(500));
            serving.signal("-TERM");
            clients.into_iter().map(|client| client.join().unwrap()).sum()
        });
        assert!(cut == 0 || grace == "0", "{cut} responses were incomplete");
        assert_eq!(serving.end("-CONT"), Some(0));
    }
}

/// Requests a list on a new connection each until it is refused, and returns the number of incomplete responses.
fn read_until_refused(address: &str) -> usize {
    let mut cut = 0;
    while let Ok(mut stream) = TcpStream::connect(address) {
        let mut response = String::new();
        let sent = write!(stream, "GET /v1/themes HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let is_complete = sent.and_then(|()| stream.read_to_string(&mut response)).is_ok() && response.ends_with('}');
        // The system resets connections that the program has not accepted when it closes the listener.
        cut += usize::from(!is_complete && !response.is_empty());
    }
    cut
}

#[test]
fn draining_service_is_not_ready_but_still_serves() {
    let data = filled_folder();
    let serving = Serving::start_with(data.path(), &["--drain-seconds", "3"]);
    assert!(serving.get("/health/ready").starts_with("HTTP/1.1 200"));

    serving.signal("-TERM");

    let limit = Instant::now() + Duration::from_secs(2);
    let mut ready = serving.get("/health/ready");
    while ready.starts_with("HTTP/1.1 200") && Instant::now() < limit {
        ready = serving.get("/health/ready");
    }
    assert!(ready.starts_with("HTTP/1.1 503"), "{ready}");
    let mut kept = TcpStream::connect(&serving.address).unwrap();
    kept.write_all(b"GET /v1/themes?limit=1 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut last = String::new();
    kept.read_to_string(&mut last).unwrap();
    assert!(last.contains("connection: close"), "clients open their next connection elsewhere: {last}");
    assert!(serving.get("/v1/themes").starts_with("HTTP/1.1 200"), "the draining service serves requests");
    assert_eq!(serving.end("-CONT"), Some(0));
}

#[test]
fn data_folder_in_use_is_reported_in_one_line() {
    let data = filled_folder();
    let serving = Serving::start(data.path());

    let second = run(data.path(), &["--port", "0"]);

    assert_eq!(second.status.code(), Some(1));
    let message = stderr_text(&second);
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("is in use by another process"), "{message}");
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn unreachable_server_is_reported_without_its_password() {
    let data = folder();
    let started = Instant::now();

    let output = run(data.path(), &["--port", "0", "--database-url", "postgres://editor:hush-hush@127.0.0.1:1/atlas"]);

    let message = stderr_text(&output);
    assert_eq!((output.status.code(), message.lines().count()), (Some(1), 1), "{message}");
    assert!(message.contains("cannot be reached") && !message.contains("hush-hush"), "{message}");
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn openapi_and_help_need_no_database() {
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
fn options_are_accepted_before_and_after_the_command() {
    let data = folder();

    for arguments in [["serve", "--port", "x"], ["--port", "x", "serve"]] {
        let message = stderr_text(&run(data.path(), &arguments));
        assert!(message.contains("invalid value 'x'"), "{message}");
    }
}

#[test]
fn interrupted_first_start_is_repeated() {
    let data = folder();

    for milliseconds in [50, 200, 350, 500, 700, 1000] {
        let mut process = command(data.path()).args(["--port", "0"]).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        process.kill().unwrap();
        process.wait().unwrap();
    }
    let incomplete = data.path().join("tmp/pglite/base/PG_VERSION");
    fs::create_dir_all(incomplete.parent().unwrap()).unwrap();
    fs::write(incomplete, "0").unwrap();
    let _ = fs::remove_file(data.path().join("whole"));

    let serving = Serving::start(data.path());

    assert!(serving.get("/v1/projects?limit=1").contains("\"total\":73"));
    assert_eq!(serving.end("-TERM"), Some(0));
}

//! The program itself, from outside: its commands, its signals, its data folder.
#![cfg(feature = "embedded")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_transferatlas");

/// The program, serving a data folder on a free port.
struct Serving {
    process: Child,
    address: String,
}

impl Serving {
    fn start(data: &Path) -> Self {
        let mut process = command(data).args(["--port", "0"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("serving the directory") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "the program ended");
        }
        let address = line.split("http://").nth(1).unwrap().split(',').next().unwrap().to_owned();
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Self { process, address }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.process.id().to_string()]).status().unwrap().success());
    }

    /// How the program ended.
    fn end(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.process.wait().unwrap().code()
    }
}

fn command(data: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().arg("--data-dir").arg(data).stdin(Stdio::null());
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    command(data).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

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
    let data = folder();
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
fn a_data_folder_in_use_is_one_clear_line() {
    let data = folder();
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
fn what_is_exported_can_be_imported_and_changes_nothing() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let examples = data.path().join("practice_examples.json");
    fs::write(&examples, include_str!("../../tests/src/practice_examples.json")).unwrap();
    let added = run(data.path(), &["import", examples.to_str().unwrap()]);
    assert!(said(&added).contains("2 were created"), "{}", said(&added));

    for (resource, file) in [
        ("municipalities", "municipalities.csv"),
        ("municipalities", "municipalities.ndjson"),
        ("themes", "themes.json"),
        ("projects", "projects.json"),
        ("projects", "projects.ndjson"),
        ("solutions", "solutions.json"),
        ("practice-examples", "practice-examples.json"),
        ("working-groups", "working_groups.json"),
        ("learning-partnerships", "learning_partnerships.json"),
        ("events", "events.json"),
        ("courses", "courses.json"),
        ("publications", "publications.ndjson"),
    ] {
        let path = data.path().join(file);
        let path = path.to_str().unwrap();
        let exported = run(data.path(), &["export", resource, "--output", path]);
        assert!(exported.status.success(), "{}", said(&exported));
        let before = fs::read(path).unwrap();

        let imported = run(data.path(), &["import", path]);
        assert!(said(&imported).contains("0 were created, 0 changed"), "{file}: {}", said(&imported));

        assert!(run(data.path(), &["export", resource, "--output", path]).status.success());
        assert!(fs::read(path).unwrap() == before, "{file}");
    }
}

#[test]
fn a_file_changes_what_it_names_and_only_when_it_is_meant() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let file = data.path().join("themes.ndjson");
    let path = file.to_str().unwrap();
    fs::write(&file, "{\"slug\": \"water\", \"label\": {\"de\": \"Wasser\"}}\n{\"slug\": \"education\", \"label\": {\"de\": \"Bildung\"}, \"sdgs\": [4]}\n").unwrap();

    let rehearsed = run(data.path(), &["import", path, "--dry-run"]);
    let imported = run(data.path(), &["import", path]);

    assert!(said(&rehearsed).contains("1 would be created, 1 changed"), "{}", said(&rehearsed));
    assert!(said(&imported).contains("1 were created, 1 changed"), "{}", said(&imported));
    let serving = Serving::start(data.path());
    assert!(serving.get("/v1/themes?q=Wasser&fields=slug").contains("\"water\""));
    assert_eq!(serving.end("-TERM"), Some(0));
}

#[test]
fn a_bad_line_changes_nothing_and_is_named_with_its_member() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let before = run(data.path(), &["export", "projects"]).stdout;
    let file = data.path().join("projects.json");
    let good = String::from_utf8(before.clone()).unwrap();

    for (from, to, expected) in [
        ("\"round\": 1,", "\"round\": 7,", "/round: must be 1, 2 or 3"),
        ("\"category\": \"large_city\"", "\"category\": \"metropolis\"", "/category: unknown value `metropolis`"),
        (
            "\"municipality\": \"05122000\"",
            "\"municipality\": \"05122999\"",
            "/members/0/municipality: `05122999` names no entry",
        ),
        ("\"slug\": \"solingen\"", "\"slog\": \"solingen\"", "unknown member `slog`"),
        ("\"slug\": \"solingen\"", "\"slug\": \"ulm\"", "`ulm` stands on line"),
        ("\"https://solingen.digital\"", "\"javascript:alert(1)\"", "/website: must be an address"),
    ] {
        assert!(good.contains(from), "{from}");
        fs::write(&file, good.replacen(from, to, 1)).unwrap();
        let output = run(data.path(), &["import", file.to_str().unwrap()]);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("nothing was stored") && said.contains("line ") && said.contains(expected), "{said}");
    }
    assert!(run(data.path(), &["export", "projects"]).stdout == before);
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
fn a_member_named_twice_is_named_with_its_line() {
    let data = folder();
    assert_eq!(Serving::start(data.path()).end("-TERM"), Some(0));
    let exported = run(data.path(), &["export", "projects", "--form", "ndjson"]).stdout;
    let ulm =
        String::from_utf8(exported).unwrap().lines().find(|line| line.contains("\"slug\":\"ulm\"")).unwrap().to_owned();
    let lead = "{\"municipality\":\"08421000\",\"role\":\"lead\"}";
    assert!(ulm.contains(lead), "{ulm}");
    let file = data.path().join("projects.ndjson");
    fs::write(&file, ulm.replace(lead, &format!("{lead},{{\"municipality\":\"ulm\",\"role\":\"partner\"}}"))).unwrap();

    let said = said(&run(data.path(), &["import", file.to_str().unwrap()]));

    assert!(said.contains("line 1, /members/1/municipality: `ulm` stands in the list already"), "{said}");
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

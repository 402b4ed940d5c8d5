//! Backups with `pg_dump` restore into an empty database, with the schema and the extension in any PostgreSQL schema.
//! Requires a server; the embedded database is backed up by copying its folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, RESOURCES, TestDatabase};

use crate::submissions::{SUBMISSIONS, create_submitted, konstanz_contributor};
use crate::upgrade::{PREVENT_EXPIRY, Tables, tables};
use crate::webhooks::WEBHOOKS;

/// Format of a dump.
#[derive(Clone, Copy)]
enum DumpFormat {
    Custom,
    Plain,
}

/// Location of a database.
struct DatabaseLocation {
    server: String,
    name: String,
    /// Value of the connection option `options`.
    options: &'static str,
}

impl DatabaseLocation {
    fn of(database: &TestDatabase, options: &'static str) -> Self {
        let (server, name) = database.place();
        Self { server: server.to_owned(), name: name.to_owned(), options }
    }

    /// Returns the database with the connection options of the service.
    fn database(&self) -> TestDatabase {
        let server = if self.options.is_empty() {
            self.server.clone()
        } else {
            format!("{}?options={}", self.server, self.options)
        };
        TestDatabase::on_own_server(&server, &self.name)
    }

    /// Returns the URL of the database for the PostgreSQL client programs, without connection options.
    fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').unwrap();
        format!("{base}/{}", self.name)
    }

    /// Executes SQL, such as a plain dump.
    fn execute(&self, sql: &[u8]) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), sql).unwrap();
        run_tool("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(), "-f", file.path().to_str().unwrap()]);
    }
}

/// Runs a PostgreSQL client program of the newest installed version, and returns its output.
fn run_tool(name: &str, arguments: &[&str]) -> Vec<u8> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.path().join("bin").join(name).canonicalize().ok())
        .filter_map(|path| Some((path.components().rev().nth(2)?.as_os_str().to_str()?.parse().ok()?, path)))
        .collect();
    found.sort();
    let program = found.pop().map_or_else(|| name.into(), |(_, path)| path);
    let output = Command::new(&program).args(arguments).output().unwrap_or_else(|error| {
        panic!("{name} cannot be run ({error}): install PostgreSQL's client programs to test backups")
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !errors.contains("rror"), "{name}: {errors}");
    output.stdout
}

/// Dumps a database and restores the dump into an empty one.
fn dump_and_restore(from: &DatabaseLocation, form: DumpFormat) -> (TestDatabase, DatabaseLocation) {
    let target = TestDatabase::empty();
    let place = DatabaseLocation::of(&target, from.options);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump");
    let path = file.to_str().unwrap();
    match form {
        DumpFormat::Custom => {
            run_tool("pg_dump", &["-Fc", "-f", path, &from.url()]);
            run_tool("pg_restore", &["--exit-on-error", "-d", &place.url(), path]);
        }
        DumpFormat::Plain => {
            place.execute(&run_tool("pg_dump", &[&from.url()]));
        }
    }
    (target, place)
}

/// Returns every row, and the export of each resource.
fn export_all(database: &TestDatabase) -> (Tables, BTreeMap<&'static str, String>) {
    database.with(async |database| {
        let mut exports = BTreeMap::new();
        for collection in RESOURCES {
            exports.insert(
                collection,
                api::app::seed::export(database, collection, api::app::seed::Form::Json).await.unwrap(),
            );
        }
        (tables(database).await, exports)
    })
}

/// Returns the responses of a service by path: lists, search, histories, and every list that requires a token. Records of the
/// token that each test service issues at its start are omitted.
async fn responses(app: &App) -> BTreeMap<String, Vec<Value>> {
    const SEARCHES: [&str; 4] = [
        "/v1/search?q=digitaler+Zwilling",
        "/v1/solutions?q=Leihautomat",
        "/v1/municipalities?q=Kostanz",
        "/v1/search?q=B%C3%BCrgerap",
    ];
    let admin = app.admin();
    let mut shown: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut lists: Vec<String> = SEARCHES.iter().map(|path| (*path).to_owned()).collect();
    for collection in RESOURCES {
        // Exports are compared completely, so one page of each list is enough.
        let page = format!("/v1/{collection}?limit=50");
        shown.insert(page.clone(), vec![read(&admin, &page).await]);
        for slug in app.anonymous().get(&format!("/v1/{collection}?limit=3")).await.slugs() {
            lists.push(format!("/v1/{collection}/{slug}/history"));
        }
    }
    for path in [SUBMISSIONS, WEBHOOKS, "/v1/tokens", "/v1/audit"] {
        lists.push(path.to_owned());
    }
    for path in lists {
        let items = admin.all(&path).await;
        shown.insert(path, items.into_iter().filter(|item| !is_about_test_token(item)).collect());
    }
    for (list, below) in [(SUBMISSIONS, "/actions"), (WEBHOOKS, "/deliveries?limit=100")] {
        for id in shown[list].iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>() {
            let path = format!("{list}/{id}");
            let below = format!("{path}{below}");
            shown.insert(below.clone(), vec![read(&admin, &below).await]);
            shown.insert(path.clone(), vec![read(&admin, &path).await]);
        }
    }
    shown
}

async fn read(client: &Client, path: &str) -> Value {
    let answer = client.get(path).await;
    assert_eq!(answer.status, 200, "{path} {}", answer.text());
    answer.json()
}

/// Returns whether an item is about the token that each test service issues at its start.
fn is_about_test_token(item: &Value) -> bool {
    item["subject"] == "tests" || item["actor"] == "transferatlas token" && item["resource"] == "tokens"
}

/// Asserts that a restored database has the rows and exports of the source, and that a service on it responds alike.
async fn assert_restores(source: &DatabaseLocation, form: DumpFormat) {
    let before = export_all(&source.database());
    let (target, place) = dump_and_restore(source, form);
    let after = export_all(&place.database());
    for (table, rows) in &before.0 {
        assert!(after.0.get(table) == Some(rows), "the rows of {table} differ");
    }
    assert!(after.1 == before.1, "the exports differ");

    let (original, restored) = (App::start_on(source.database()), App::start_on(place.database()));
    assert_eq!(restored.anonymous().get("/health/ready").await.status, 200);
    let (expected, actual) = (responses(&original).await, responses(&restored).await);
    for (path, items) in &expected {
        assert_eq!(&actual[path], items, "{path}");
    }
    assert!(!expected["/v1/municipalities?q=Kostanz"].is_empty(), "misspelt words are found");
    // The restored database accepts writes.
    let editor = restored.editor().await;
    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "sdgs": [11] }), "*").await.status, 200);
    let created = json!({ "slug": "nach-der-wiederherstellung", "title": { "de": "Wiederherstellung" } });
    assert_eq!(editor.post("/v1/themes", &created).await.status, 201);
    let found = restored.anonymous().get("/v1/themes?q=Wiederherstelung").await;
    assert_eq!(found.slugs(), ["nach-der-wiederherstellung"]);
    drop((original, restored, target));
}

/// Executes `prepare`, loads the fixture of schema 0022 and migrates it to the current schema.
fn upgraded_fixture(database: &TestDatabase, options: &'static str, prepare: &str) -> DatabaseLocation {
    let place = DatabaseLocation::of(database, options);
    if !prepare.is_empty() {
        place.execute(prepare.as_bytes());
    }
    let database = place.database();
    database.load_schema_0022();
    database.with(async |database| {
        database.migrate(None).await.unwrap();
        database.connection().execute_unprepared(PREVENT_EXPIRY).await.unwrap();
    });
    place
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn full_database_is_restored() {
    let database = TestDatabase::filled();
    let place = DatabaseLocation::of(&database, "");
    let app = App::start_on(place.database());
    let officer = konstanz_contributor(&app).await;
    create_submitted(&officer, "vor-der-sicherung").await;
    let hook = json!({ "url": "https://hooks.example.org/", "active": false, "municipalities": ["konstanz"] });
    assert_eq!(officer.post(WEBHOOKS, &hook).await.status, 201);
    drop(app);

    assert_restores(&place, DumpFormat::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn upgraded_database_is_restored() {
    let database = TestDatabase::empty();
    let place = upgraded_fixture(&database, "", "");

    assert_restores(&place, DumpFormat::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn plain_dump_is_restored() {
    let database = TestDatabase::empty();
    let place = upgraded_fixture(&database, "", "");

    assert_restores(&place, DumpFormat::Plain).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn separate_schema_is_restored() {
    let database = TestDatabase::empty();
    let place = upgraded_fixture(&database, "-csearch_path%3Datlas", "create schema atlas");

    assert_restores(&place, DumpFormat::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn extension_in_a_separate_schema_is_restored() {
    let database = TestDatabase::empty();
    let prepare = "create schema extensions; create extension pg_trgm schema extensions";
    let place = upgraded_fixture(&database, "", prepare);

    assert_restores(&place, DumpFormat::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn schema_dump_is_restored_and_filled() {
    let database = TestDatabase::filled();
    let place = DatabaseLocation::of(&database, "");
    let target = TestDatabase::empty();
    let empty = DatabaseLocation::of(&target, "");

    let data_tables = ["seaql_migrations", "directory_version", "representation_dependency", "search_dependency"]
        .map(|table| ["-t", table])
        .concat();
    let schema = String::from_utf8(run_tool("pg_dump", &["-s", &place.url()])).unwrap();
    let steps = run_tool("pg_dump", &[&["-a"], &data_tables[..], &[&place.url()]].concat());
    empty.execute(schema.as_bytes());
    empty.execute(&steps);

    let again = String::from_utf8(run_tool("pg_dump", &["-s", &empty.url()])).unwrap();
    let objects =
        |dump: &str| dump.lines().filter(|line| line.starts_with("-- Name: ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(objects(&again), objects(&schema));
    assert!(objects(&schema).len() > 300, "{}", objects(&schema).len());
    let app = App::start_on(empty.database());
    let created = json!({ "slug": "pruefen", "title": { "de": "Prüfen" } });
    assert_eq!(app.editor().await.post("/v1/themes", &created).await.status, 201);
    assert_eq!(app.anonymous().get("/v1/themes?q=pruefen").await.slugs(), ["pruefen"]);
    drop((app, target));
}

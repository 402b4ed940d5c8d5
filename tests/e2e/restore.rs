//! A backup restores into an empty database, wherever its schema and its extension are, and the service goes on with it.
//! On a server; the embedded database is backed up by copying its folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{App, Client, TestDatabase};

use crate::submissions::{SUBMISSIONS, konstanz, submitted};
use crate::upgrade::{TIMELESS, Tables, tables};
use crate::webhooks::WEBHOOKS;

/// How a backup is written and read.
#[derive(Clone, Copy)]
enum Form {
    Custom,
    Plain,
}

/// Where a database is.
struct Place {
    server: String,
    name: String,
    /// The settings its sessions begin with.
    options: &'static str,
}

impl Place {
    fn of(database: &TestDatabase, options: &'static str) -> Self {
        let (server, name) = database.place();
        Self { server: server.to_owned(), name: name.to_owned(), options }
    }

    /// The database as the service reaches it.
    fn database(&self) -> TestDatabase {
        let server = if self.options.is_empty() {
            self.server.clone()
        } else {
            format!("{}?options={}", self.server, self.options)
        };
        TestDatabase::on_own_server(&server, &self.name)
    }

    /// The address of the database for PostgreSQL's own programs, with the settings of the role alone.
    fn url(&self) -> String {
        let (base, _) = self.server.rsplit_once('/').unwrap();
        format!("{base}/{}", self.name)
    }

    /// Runs a plain dump, or any other SQL.
    fn read(&self, sql: &[u8]) {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), sql).unwrap();
        tool("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(), "-f", file.path().to_str().unwrap()]);
    }
}

/// Runs one of PostgreSQL's own programs, the newest there is; its output.
fn tool(name: &str, arguments: &[&str]) -> Vec<u8> {
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
fn restored(from: &Place, form: Form) -> (TestDatabase, Place) {
    let target = TestDatabase::empty();
    let place = Place::of(&target, from.options);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dump");
    let path = file.to_str().unwrap();
    match form {
        Form::Custom => {
            tool("pg_dump", &["-Fc", "-f", path, &from.url()]);
            tool("pg_restore", &["--exit-on-error", "-d", &place.url(), path]);
        }
        Form::Plain => {
            place.read(&tool("pg_dump", &[&from.url()]));
        }
    }
    (target, place)
}

/// Every row, and what `transferatlas export` writes of each resource.
fn stored(database: &TestDatabase) -> (Tables, BTreeMap<&'static str, String>) {
    database.with(async |database| {
        let mut exports = BTreeMap::new();
        for collection in crate::writing::RESOURCES {
            exports.insert(
                collection,
                api::app::seed::export(database, collection, api::app::seed::Form::Json).await.unwrap(),
            );
        }
        (tables(database).await, exports)
    })
}

/// What a service shows of a database: lists, search, histories, and everything that takes a token. What the tests themselves
/// add by starting the service is left out.
async fn shown(app: &App) -> BTreeMap<String, Vec<Value>> {
    const SEARCHES: [&str; 4] = [
        "/v1/search?q=digitaler+Zwilling",
        "/v1/solutions?q=Leihautomat",
        "/v1/municipalities?q=Kostanz",
        "/v1/search?q=B%C3%BCrgerap",
    ];
    let admin = app.admin();
    let mut shown: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut lists: Vec<String> = SEARCHES.iter().map(|path| (*path).to_owned()).collect();
    for collection in crate::writing::RESOURCES {
        // The exports are compared whole; one page is enough to see that lists are read.
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
        shown.insert(path, items.into_iter().filter(|item| !is_of_tests(item)).collect());
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

/// Is it about the token that each service of the tests gets at its start?
fn is_of_tests(item: &Value) -> bool {
    item["subject"] == "tests" || item["actor"] == "transferatlas token" && item["resource"] == "tokens"
}

/// Sees that a restored database holds what the first one does, and that a service on it shows the same.
async fn assert_restores(source: &Place, form: Form) {
    let before = stored(&source.database());
    let (target, place) = restored(source, form);
    let after = stored(&place.database());
    for (table, rows) in &before.0 {
        assert!(after.0.get(table) == Some(rows), "the rows of {table} differ");
    }
    assert!(after.1 == before.1, "the exports differ");

    let (was, is) = (App::start_on(source.database()), App::start_on(place.database()));
    assert_eq!(is.anonymous().get("/health/ready").await.status, 200);
    let (was_shown, is_shown) = (shown(&was).await, shown(&is).await);
    for (path, items) in &was_shown {
        assert_eq!(&is_shown[path], items, "{path}");
    }
    assert!(!was_shown["/v1/municipalities?q=Kostanz"].is_empty(), "words that are spelt wrong are found");
    // It goes on from there.
    let editor = is.editor().await;
    assert_eq!(editor.patch("/v1/themes/mobility", &json!({ "sdgs": [11] }), "*").await.status, 200);
    let created = json!({ "slug": "nach-der-wiederherstellung", "title": { "de": "Wiederherstellung" } });
    assert_eq!(editor.post("/v1/themes", &created).await.status, 201);
    let found = is.anonymous().get("/v1/themes?q=Wiederherstelung").await;
    assert_eq!(found.slugs(), ["nach-der-wiederherstellung"]);
    drop((was, is, target));
}

/// The fixture of schema 0022, brought to the schema of today, where a source is prepared for it.
fn fixture(database: &TestDatabase, options: &'static str, prepare: &str) -> Place {
    let place = Place::of(database, options);
    if !prepare.is_empty() {
        place.read(prepare.as_bytes());
    }
    let database = place.database();
    database.load_schema_0022();
    database.with(async |database| {
        database.migrate(None).await.unwrap();
        database.connection().execute_unprepared(TIMELESS).await.unwrap();
    });
    place
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn the_whole_directory_restores() {
    let database = TestDatabase::filled();
    let place = Place::of(&database, "");
    let app = App::start_on(place.database());
    let officer = konstanz(&app).await;
    submitted(&officer, "vor-der-sicherung").await;
    let hook = json!({ "url": "https://hooks.example.org/", "active": false, "municipalities": ["konstanz"] });
    assert_eq!(officer.post(WEBHOOKS, &hook).await.status, 201);
    drop(app);

    assert_restores(&place, Form::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn an_upgraded_database_restores() {
    let database = TestDatabase::empty();
    let place = fixture(&database, "", "");

    assert_restores(&place, Form::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_plain_dump_restores() {
    let database = TestDatabase::empty();
    let place = fixture(&database, "", "");

    assert_restores(&place, Form::Plain).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn a_schema_of_its_own_restores() {
    let database = TestDatabase::empty();
    let place = fixture(&database, "-csearch_path%3Datlas", "create schema atlas");

    assert_restores(&place, Form::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn an_extension_in_a_schema_of_its_own_restores() {
    let database = TestDatabase::empty();
    let prepare = "create schema extensions; create extension pg_trgm schema extensions";
    let place = fixture(&database, "", prepare);

    assert_restores(&place, Form::Custom).await;
}

#[tokio::test]
#[ignore = "needs a PostgreSQL server in TEST_DATABASE_URL"]
async fn the_schema_alone_restores_and_is_filled_anew() {
    let database = TestDatabase::filled();
    let place = Place::of(&database, "");
    let target = TestDatabase::empty();
    let empty = Place::of(&target, "");

    let made = ["seaql_migrations", "directory_version", "search_dependency"].map(|table| ["-t", table]).concat();
    let schema = String::from_utf8(tool("pg_dump", &["-s", &place.url()])).unwrap();
    let steps = tool("pg_dump", &[&["-a"], &made[..], &[&place.url()]].concat());
    empty.read(schema.as_bytes());
    empty.read(&steps);

    let again = String::from_utf8(tool("pg_dump", &["-s", &empty.url()])).unwrap();
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

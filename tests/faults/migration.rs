//! Two instances migrate a database at once.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tests::TestDatabase;
use tests::release::{Place, Process, Server};

use crate::Finding;
use crate::databases::create;

/// Time limit of a start, which fills an empty directory.
const LIMIT: Duration = Duration::from_mins(5);

/// Statement for the number of migrations.
const STEPS: &str = "select count(*) || ' steps' from seaql_migrations";

/// Statement for the number of entries of resources that no other test writes.
const ENTRIES: &str = "select (select count(*) from municipality) || ' municipalities, ' || (select count(*) from project) \
    || ' projects, ' || (select count(*) from solution) || ' solutions'";

/// Measures the start of two instances on an empty database, and on one of an older release.
pub(crate) async fn measure(place: &Place) -> Result<Finding> {
    let (steps, entries) = (place.query(STEPS), place.query(ENTRIES));
    create(place, "empty");
    let (empty, empty_time) = start_twice(place, "empty").await?;

    create(place, "older");
    let older = TestDatabase::on_own_server(&place.server().url("postgres"), "older");
    tokio::task::spawn_blocking(move || older.load_schema_0022()).await?;
    let before = place.server().query("older", ENTRIES);
    let (after, older_time) = start_twice(place, "older").await?;
    Ok(Finding {
        measured: format!(
            "empty database: ready after {empty_time:.1?}, {}, {}; schema 0022: ready after {older_time:.1?}, {}, {before} before, {} after",
            empty.steps, empty.entries, after.steps, after.entries
        ),
        goal: format!("both instances are ready; {steps}; {entries} in the empty database, as before in the other"),
        is_met: [&empty.steps, &after.steps] == [&steps; 2] && empty.entries == entries && after.entries == before,
    })
}

/// Content of a database.
struct Content {
    steps: String,
    entries: String,
}

/// Starts two instances on a database at once. Returns the time until both are ready.
async fn start_twice(place: &Place, database: &str) -> Result<(Content, Duration)> {
    let began = Instant::now();
    let _both = tokio::try_join!(migrate(place, database, "first"), migrate(place, database, "second"))?;
    let time = began.elapsed();
    let [steps, entries] = [STEPS, ENTRIES].map(|query| place.server().query(database, query));
    Ok((Content { steps, entries }, time))
}

/// Starts an instance that migrates its database, and waits until it is ready.
async fn migrate(place: &Place, database: &str, name: &str) -> Result<Server> {
    let url = place.server().url(database);
    let mut command = place.command(&["--database-url", &url, "--migrate", "--port", "0"]);
    let mut process = Process::start(&mut command, &place.file(&format!("migration-{database}-{name}.log")))?;
    let base = process.wait_for("serving the directory at ", LIMIT).await?;
    let server = Server::new(process, base)?;
    let ready = server.get("/health/ready", &[]).await?;
    ensure!(ready.status == 200, "the {name} instance is not ready: {}", ready.status);
    Ok(server)
}

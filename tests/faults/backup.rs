//! A backup is restored into an empty database, as `docs/operations.md` describes.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tests::release::{Place, Server};
use tests::{Postgres, RESOURCES};

use crate::Finding;
use crate::caller::{Caller, theme};
use crate::client::restart;
use crate::databases::{LARGE, create, large, start_on};

/// Name of the restored database.
const RESTORED: &str = "restored";

/// Longest time of backup, restore and start.
const LIMIT: Duration = Duration::from_mins(5);

/// Content of a database.
#[derive(PartialEq)]
struct Content {
    /// Number of entries in the exports of all lists.
    entries: usize,
    /// Digest of the exports.
    digest: u64,
    /// Number of recorded changes.
    changes: String,
}

/// Measures backup and restore of a database with this number of generated entries, while the service runs.
pub(crate) async fn measure(place: &Place, count: usize) -> Result<Finding> {
    let url = large(place, count).await?;
    let (_server, caller) = start_on(place, "backup", &url).await?;
    let before = read(place, &caller, LARGE).await?;
    let file = place.file("transferatlas.dump");

    let began = Instant::now();
    let mut dump = Postgres::program("pg_dump");
    finish(dump.args(["-Fc", &url]).stdout(File::create(&file)?)).await?;
    let (dumped, size) = (began.elapsed(), fs::metadata(&file)?.len() >> 10);
    let (restored_url, restoring) = (create(place, RESTORED), Instant::now());
    let mut restore = Postgres::program("pg_restore");
    restore.args(["--exit-on-error", "--no-owner", "-d", &restored_url]).stdin(File::open(&file)?);
    finish(&mut restore).await?;
    place.server().execute(RESTORED, &["analyze"]);
    let loaded = restoring.elapsed();
    let server = restart(place, RESTORED, 0, &["--database-url", &restored_url]).await?;
    let whole = began.elapsed();

    let restored = caller.at(&server.base);
    let after = read(place, &restored, RESTORED).await?;
    let [is_ready, is_written] = check(&server, &restored).await?;
    Ok(Finding {
        measured: format!(
            "{} entries, {} changes: dump {dumped:.1?} ({size} KiB), restore {loaded:.1?}, ready after {whole:.1?} in all; exports of {} \
             lists and number of changes {}; ready for writes: {is_ready}; a write with a token from before: {is_written}",
            before.entries,
            before.changes,
            RESOURCES.len(),
            if before == after { "equal" } else { "different" },
        ),
        goal: format!("equal; service ready in < {LIMIT:?}; write succeeds"),
        is_met: before == after && before.entries > count && whole < LIMIT && is_ready && is_written,
    })
}

/// Runs a program to its end.
async fn finish(command: &mut Command) -> Result<()> {
    let mut process = command.stderr(Stdio::null()).spawn()?;
    let status = tokio::task::spawn_blocking(move || process.wait()).await??;
    ensure!(status.success(), "{command:?} ended with {status}");
    Ok(())
}

/// Exports all lists of a service, and counts the changes in its database.
async fn read(place: &Place, caller: &Caller, database: &str) -> Result<Content> {
    let (mut entries, mut digest) = (0, DefaultHasher::new());
    for list in RESOURCES {
        let export = caller.get(&format!("/v1/{list}.ndjson")).await?;
        ensure!(export.status == 200, "the export of {list} is {}", export.status);
        entries += String::from_utf8_lossy(&export.body).lines().count();
        export.body.hash(&mut digest);
    }
    let changes = place.server().query(database, "select count(*) from change");
    Ok(Content { entries, digest: digest.finish(), changes })
}

/// Returns whether the service is ready for writes, and whether a write succeeds.
async fn check(server: &Server, caller: &Caller) -> Result<[bool; 2]> {
    let ready = server.get("/health/ready", &[]).await?;
    let is_ready = ready.status == 200 && String::from_utf8_lossy(&ready.body).contains(r#""writes":true"#);
    let created = caller.post("/v1/themes", &theme("after-the-restore")).await?;
    Ok([is_ready, created.status == 201])
}

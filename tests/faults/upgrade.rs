//! The database is migrated while instances of the previous release serve requests, and these are replaced in turn.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tests::release::{Place, Server};
use tests::{Nginx, RESOURCES};

use crate::Finding;
use crate::client::{Answer, Client, KEYS, create_keys, failures, free_port, issue, percentile, restart};
use crate::databases::create;
use crate::rolling::Load;

/// Longest time of a request, also of one that waits for a lock of the migration.
const SLOWEST: Duration = Duration::from_secs(1);

/// Measures the requests of clients from before the migration until both instances are replaced. The previous release serves the
/// migrated database for some time.
pub(crate) async fn measure(place: &Place, previous: PathBuf, time: Duration) -> Result<Finding> {
    create_keys(place).await?;
    let old = place.with_program(previous);
    let url = filled(&old).await?;
    let settings = ["--database-url", &*url];
    let ports = [free_port(), free_port()];
    let [one, other] = ports;
    let first = restart(&old, "upgrade-first", one, &settings).await?;
    let second = restart(&old, "upgrade-second", other, &settings).await?;
    let balancer = Nginx::free_address();
    let _nginx = Nginx::balance(balancer, &ports.map(|port| SocketAddr::from(([127, 0, 0, 1], port))));
    let token = issue(&old, &[&KEYS[..], &settings].concat(), "faults", "editor").await?;
    let client = Client::with_token(&format!("http://{balancer}"), token)?;

    let (before, ()) = during(&client, async {
        tokio::time::sleep(time).await;
        Ok(())
    })
    .await?;
    let (migrating, migrated) = during(&client, async {
        let began = Instant::now();
        place.run(&[&settings[..], &["migrate"]].concat()).await?;
        let migrated = began.elapsed();
        tokio::time::sleep(time).await;
        Ok(migrated)
    })
    .await?;
    // The instances run until all clients have ended.
    let (replacing, (different, _instances)) = during(&client, async {
        let first = replace(place, first, "upgrade-first", one, &settings).await?;
        let different = different(&first, &second).await?;
        let second = replace(place, second, "upgrade-second", other, &settings).await?;
        Ok((different, [first, second]))
    })
    .await?;
    Ok(finding(&Upgrade { before, migrating, migrated, replacing, different }))
}

/// What was seen during an upgrade.
struct Upgrade {
    /// Responses before the migration.
    before: Vec<Answer>,
    /// Responses during the migration, and for some time after it.
    migrating: Vec<Answer>,
    /// Time of the migration.
    migrated: Duration,
    /// Responses during the replacement of the instances.
    replacing: Vec<Answer>,
    /// Lists that differ between the releases.
    different: Vec<&'static str>,
}

fn finding(Upgrade { before, migrating, migrated, replacing, different }: &Upgrade) -> Finding {
    let phases = [before, migrating, replacing];
    let [slowest_before, slowest, slowest_after] = phases.map(|answers| percentile(answers, 100));
    let failed = phases.map(|answers| failures(answers)).concat();
    Finding {
        measured: format!(
            "{} of {} requests failed {failed:?}; slowest {slowest_before:.1?} before the migration of {migrated:.1?}, {slowest:.1?} \
             during and after it, {slowest_after:.1?} during the replacement; lists that differ between the releases: {different:?}",
            failed.len(),
            phases.into_iter().map(Vec::len).sum::<usize>(),
        ),
        goal: format!("0 failed; slowest during and after the migration < {SLOWEST:?}; no list differs"),
        is_met: failed.is_empty() && slowest < SLOWEST && different.is_empty(),
    }
}

/// Sends requests until the work is done. Returns the responses, and the result of the work.
async fn during<T>(client: &Client, work: impl Future<Output = Result<T>>) -> Result<(Vec<Answer>, T)> {
    let load = Load::start(client);
    let done = work.await?;
    Ok((load.end().await?, done))
}

/// Creates a database with the schema and content of a release, and returns its URL.
async fn filled(release: &Place) -> Result<String> {
    let url = create(release, "upgrade");
    for command in ["migrate", "seed"] {
        release.run(&["--database-url", &url, command]).await?;
    }
    Ok(url)
}

/// Stops an instance of the previous release, and starts one of this release in its place.
async fn replace(place: &Place, mut old: Server, name: &str, port: u16, settings: &[&str]) -> Result<Server> {
    old.process.terminate()?;
    old.process.wait(Duration::from_mins(1)).await?;
    let server = restart(place, name, port, settings).await?;
    // nginx tries an instance again after a second.
    tokio::time::sleep(Duration::from_secs(2)).await;
    Ok(server)
}

/// Returns the lists whose first pages are different in two instances. No client changes them, except themes.
async fn different(one: &Server, other: &Server) -> Result<Vec<&'static str>> {
    let mut different = vec![];
    for list in RESOURCES.into_iter().filter(|list| *list != "themes") {
        let path = format!("/v1/{list}?limit=100");
        let (one, other) = (one.get(&path, &[]).await?, other.get(&path, &[]).await?);
        ensure!((one.status, other.status) == (200, 200), "{path} is {} and {}", one.status, other.status);
        if one.body != other.body {
            different.push(list);
        }
    }
    Ok(different)
}

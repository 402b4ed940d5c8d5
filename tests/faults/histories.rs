//! Histories of concurrent clients of two instances under faults.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Result;
use tests::histories::{Fault, History, Plan, Request, acknowledged, check, record};
use tests::release::{Place, Server};
use tests::{Proxy, Random};

use crate::Finding;
use crate::client::{KEYS, free_port, issue, restart, start};

/// Clients that read and write at once.
const CLIENTS: usize = 6;

/// Time after which a write must be visible on the other instance. An instance polls the database four times a second, and
/// notices after two seconds that the database does not respond. From then on, it marks outdated responses.
const DELAY: Duration = Duration::from_secs(3);

/// Number of violations that are printed.
const SHOWN: usize = 5;

/// An instance with a proxy on each side.
struct Instance {
    name: &'static str,
    port: u16,
    /// URL of the database behind the proxy.
    url: String,
    /// `None` while the instance is killed.
    server: Option<Server>,
    database: Proxy,
    clients: Proxy,
}

/// A fault of one of two instances or of the database.
#[derive(Clone, Copy, Debug)]
enum Disturbance {
    KilledService,
    KilledDatabase,
    SilentDatabase,
    RefusingDatabase,
    SlowDatabase,
    /// The response of the database to the COMMIT of a client is lost.
    LostCommit,
    /// Connections of clients are closed.
    Resets,
    /// Responses to clients are lost.
    SilentService,
}

impl Disturbance {
    const ALL: [Self; 8] = [
        Self::KilledService,
        Self::SilentDatabase,
        Self::Resets,
        Self::KilledDatabase,
        Self::SilentService,
        Self::LostCommit,
        Self::RefusingDatabase,
        Self::SlowDatabase,
    ];
}

/// Records a history with this number of faults, and checks it. The seed is that of an earlier run, or a new one.
pub(crate) async fn measure(place: &Place, faults: usize, seed: Option<u64>) -> Result<Finding> {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs());
    let seed = seed.unwrap_or_else(now);
    let mut instances =
        [Instance::start(place, "histories-first").await?, Instance::start(place, "histories-second").await?];
    let bases = instances.each_ref().map(|instance| format!("http://{}", instance.clients.address));
    let mut tokens = vec![];
    for number in 0..CLIENTS {
        tokens.push(issue(place, &KEYS, &format!("client-{number}"), "editor").await?);
    }
    let plan =
        Plan { seed, bases, tokens, reviewer: issue(place, &KEYS, "reviewer", "editor").await?, operations: None };
    let history = record(&plan, DELAY, disturb(place, &mut instances, faults, seed)).await?;
    Ok(finding(&history, faults, seed))
}

fn finding(history: &History, faults: usize, seed: u64) -> Finding {
    let violations = check(history, DELAY);
    for violation in violations.iter().take(SHOWN) {
        eprintln!("{violation:#?}");
    }
    let mut kinds: BTreeMap<Fault, usize> = BTreeMap::new();
    for violation in &violations {
        *kinds.entry(violation.fault).or_default() += 1;
    }
    let writes = || history.exchanges.iter().filter(|exchange| matches!(exchange.request, Request::Write(_)));
    let unknown = writes().filter(|exchange| exchange.answer.is_unknown()).count();
    let acknowledged = acknowledged(history);
    let each_kind = acknowledged.len() == 5 && acknowledged.values().all(|count| *count > 0);
    Finding {
        measured: format!(
            "seed {seed}, {faults} faults, {} requests of {CLIENTS} clients: {acknowledged:?} acknowledged in {} writes, {unknown} of \
             unknown outcome, {} revisions; {} violations {kinds:?}",
            history.exchanges.len(),
            writes().count(),
            history.revisions.len(),
            violations.len()
        ),
        goal: "0 violations; each kind of write acknowledged".to_owned(),
        is_met: violations.is_empty() && each_kind && unknown > faults,
    }
}

impl Instance {
    async fn start(place: &Place, name: &'static str) -> Result<Self> {
        let (port, database) = (free_port(), Proxy::to(place.address()).await);
        let url = place.url_at(database.address);
        let (server, _) = start(place, name, port, &["--database-url", &url]).await?;
        let clients = Proxy::to(format!("127.0.0.1:{port}")).await;
        Ok(Self { name, port, url, server: Some(server), database, clients })
    }

    /// Kills the service, and starts it again after some time.
    async fn kill(&mut self, place: &Place, time: Duration) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            server.process.kill()?;
        }
        tokio::time::sleep(time).await;
        self.server = Some(restart(place, self.name, self.port, &["--database-url", &self.url]).await?);
        Ok(())
    }
}

/// Causes faults one after another, on an instance and for a time that depend on the seed.
async fn disturb(place: &Place, instances: &mut [Instance; 2], faults: usize, seed: u64) -> Result<()> {
    let mut choices = Random::of_part(seed, CLIENTS);
    for disturbance in Disturbance::ALL.into_iter().cycle().take(faults) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let [first, second] = &mut *instances;
        let instance = if choices.chance(50) { first } else { second };
        let time = Duration::from_millis(200 + choices.below(2500) as u64);
        let marker = format!("v-{}-", choices.below(CLIENTS));
        match disturbance {
            Disturbance::KilledService => instance.kill(place, time / 4).await?,
            Disturbance::KilledDatabase => {
                place.server().kill();
                tokio::time::sleep(time / 4).await;
                place.server().restart();
            }
            Disturbance::SilentDatabase => instance.database.silence(),
            Disturbance::RefusingDatabase => instance.database.cut(),
            Disturbance::SlowDatabase => instance.database.delay(Duration::from_millis(5)),
            Disturbance::LostCommit => instance.database.cut_at_commit_after(&marker),
            Disturbance::Resets => instance.clients.cut(),
            Disturbance::SilentService => instance.clients.silence(),
        }
        tokio::time::sleep(time).await;
        instance.database.delay(Duration::ZERO);
        instance.database.restore();
        instance.clients.restore();
    }
    // The instances wait for at most two seconds for a database that did not respond.
    tokio::time::sleep(DELAY).await;
    Ok(())
}

//! Measures how the release build behaves under faults, on a PostgreSQL server that it starts. See `docs/reliability.md`.
#![expect(clippy::print_stdout, reason = "prints measurements")]

mod backup;
mod bodies;
mod bombs;
mod caller;
mod client;
mod databases;
mod exports;
mod forgeries;
mod histories;
mod hostile;
mod instances;
mod kills;
mod locks;
mod lost;
mod migration;
mod outage;
mod paging;
mod rates;
mod repeats;
mod rolling;
mod searches;
mod slow;
mod soak;
mod tokens;
mod updates;
mod upgrade;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};
use tests::release::{Place, build};
use tokio::signal::unix::{SignalKind, signal};

/// Measures how the release build behaves under faults
#[derive(Debug, Parser)]
struct Arguments {
    /// Only these tests, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Fault>,

    /// Short form: fewer repetitions and shorter outages
    #[arg(long)]
    short: bool,

    /// First seed of the pseudorandom choices of `histories`
    #[arg(long)]
    seed: Option<u64>,

    /// Program of the previous release, for `upgrade`, which is skipped without it
    #[arg(long)]
    previous: Option<PathBuf>,

    /// Program that builds the service. `cargo run` sets it
    #[arg(long, env = "CARGO", hide = true)]
    cargo: Option<PathBuf>,
}

impl Arguments {
    /// Returns whether a test is run. An upgrade needs the program of another release.
    fn includes(&self, fault: Fault) -> bool {
        if self.only.is_empty() {
            fault != Fault::Upgrade || self.previous.is_some()
        } else {
            self.only.contains(&fault)
        }
    }
}

/// A test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Fault {
    /// The service is killed during writes
    KilledService,
    /// The database is killed during writes
    KilledDatabase,
    /// Clients reset their connections during writes
    Resets,
    /// The database refuses connections
    Outage,
    /// The database does not respond
    BlackHole,
    /// A table is locked
    Locks,
    /// Two instances are restarted in turn behind nginx
    RollingRestart,
    /// Clients send or read slowly
    SlowClients,
    /// Clients do not read the lists that they request
    Exports,
    /// Clients send bodies that are refused
    Bodies,
    /// Tokens are forged or against the rules
    Forgeries,
    /// Requests, bodies, queries, paths and headers are malformed
    RawRequests,
    /// Bodies are compressed, nested or large
    Bombs,
    /// A load for a long time, with some faults
    Soak,
    /// The response of the database to a COMMIT is lost
    LostAnswers,
    /// Writers change an entry at once with the same precondition
    LostUpdates,
    /// Clients send a request at once with the same idempotency key
    Idempotency,
    /// A list is read page by page during writes
    Paging,
    /// Two instances are read after writes
    Instances,
    /// Tokens are revoked, and their keys rotated and removed, with two instances
    Tokens,
    /// A backup is restored into an empty database
    Backup,
    /// Clients send more requests than their rate limits allow
    RateLimits,
    /// Two instances migrate a database at once
    Migration,
    /// The database is migrated while the previous release serves, and its instances are replaced in turn
    Upgrade,
    /// Two instances and the database fail while clients record what they see
    Histories,
    /// A few clients send expensive searches while others read
    ExpensiveSearches,
}

/// Result of a test.
struct Finding {
    measured: String,
    goal: String,
    is_met: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(async {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        tokio::select! {
            done = run(&arguments) => done,
            // All started processes are ended, as after an error.
            _ = interrupt.recv() => bail!("interrupted"),
            _ = terminate.recv() => bail!("terminated"),
        }
    })
}

async fn run(arguments: &Arguments) -> Result<()> {
    let place = Place::start(build(arguments.cargo.as_deref())?)?;
    place.fill().await?;
    println!("| test | measured | goal | met |\n| --- | --- | --- | --- |");
    let mut missed = 0;
    for fault in Fault::value_variants() {
        if !arguments.includes(*fault) {
            continue;
        }
        let failed = |error| Finding {
            measured: format!("the test failed: {error:#}"),
            goal: "the test ends".to_owned(),
            is_met: false,
        };
        let Finding { measured, goal, is_met } = measure(*fault, &place, arguments).await.unwrap_or_else(failed);
        let name = fault.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        println!("| {name} | {measured} | {goal} | {} |", if is_met { "yes" } else { "no" });
        missed += usize::from(!is_met);
    }
    if missed > 0 {
        bail!("{missed} goals were missed");
    }
    Ok(())
}

async fn measure(fault: Fault, place: &Place, arguments: &Arguments) -> Result<Finding> {
    let short = arguments.short;
    match fault {
        Fault::KilledService => kills::service(place, if short { 3 } else { 20 }).await,
        Fault::KilledDatabase => kills::database(place, if short { 2 } else { 5 }).await,
        Fault::Resets => kills::resets(place, if short { 300 } else { 2000 }).await,
        Fault::Outage => outage::refused(place, if short { 10 } else { 600 }).await,
        Fault::BlackHole => outage::silent(place, if short { 10 } else { 60 }).await,
        Fault::Locks => locks::measure(place).await,
        Fault::RollingRestart => rolling::measure(place, if short { 2 } else { 20 }).await,
        Fault::SlowClients => slow::measure(place).await,
        Fault::Exports => exports::measure(place, if short { 100 } else { 1000 }).await,
        Fault::Bodies => bodies::measure(place).await,
        Fault::Forgeries => forgeries::measure(place, if short { 3 } else { 20 }).await,
        Fault::RawRequests => hostile::measure(place, short).await,
        Fault::Bombs => bombs::measure(place).await,
        Fault::Soak => soak::measure(place, if short { soak::SHORT } else { soak::FULL }).await,
        Fault::LostAnswers => lost::measure(place, if short { 20 } else { 500 }).await,
        Fault::LostUpdates => updates::measure(place, if short { 20 } else { 500 }).await,
        Fault::Idempotency => repeats::measure(place, if short { 10 } else { 100 }).await,
        Fault::Paging => paging::measure(place, if short { paging::SHORT } else { paging::FULL }).await,
        Fault::Instances => instances::measure(place, if short { 30 } else { 300 }).await,
        Fault::Tokens => tokens::measure(place, if short { tokens::SHORT } else { tokens::FULL }).await,
        Fault::Backup => backup::measure(place, if short { 3_000 } else { 100_000 }).await,
        Fault::RateLimits => rates::measure(place).await,
        Fault::Migration => migration::measure(place).await,
        Fault::Upgrade => {
            let previous = arguments.previous.clone().context("--previous with a program")?;
            upgrade::measure(place, previous, Duration::from_secs(if short { 5 } else { 30 })).await
        }
        Fault::ExpensiveSearches => {
            searches::measure(place, if short { searches::SHORT } else { searches::FULL }).await
        }
        Fault::Histories => histories::measure(place, if short { 8 } else { 80 }, arguments.seed).await,
    }
}

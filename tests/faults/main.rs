//! Measures how the release build behaves under faults, on a PostgreSQL server that it starts. See `docs/reliability.md`.
#![expect(clippy::print_stdout, reason = "prints measurements")]

mod bodies;
mod client;
mod exports;
mod kills;
mod locks;
mod outage;
mod rolling;
mod slow;

use std::path::PathBuf;

use anyhow::{Result, bail};
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

    /// Program that builds the service. `cargo run` sets it
    #[arg(long, env = "CARGO", hide = true)]
    cargo: Option<PathBuf>,
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
        if !arguments.only.is_empty() && !arguments.only.contains(fault) {
            continue;
        }
        let Finding { measured, goal, is_met } = measure(*fault, &place, arguments.short).await?;
        let name = fault.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        println!("| {name} | {measured} | {goal} | {} |", if is_met { "yes" } else { "no" });
        missed += usize::from(!is_met);
    }
    if missed > 0 {
        bail!("{missed} goals were missed");
    }
    Ok(())
}

async fn measure(fault: Fault, place: &Place, short: bool) -> Result<Finding> {
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
    }
}

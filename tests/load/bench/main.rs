//! Measures reads of the release build beside references in the same run, on a PostgreSQL server that it starts. See
//! `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "prints measurements")]

mod arguments;
mod build;
mod generate;
mod measure;
mod place;
mod plans;
mod process;
mod random;
mod reference;
mod report;
mod requests;
mod service;
mod words;
mod wrk;

use std::time::Duration;

use anyhow::{Result, bail};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use arguments::{Arguments, CacheState, Mode};
use measure::Bench;
use place::Place;
use report::Memory;
use requests::Request;
use service::Server;
use wrk::Wrk;

/// Time after the start of the service until its idle memory is read.
const IDLE: Duration = Duration::from_secs(2);

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Mode::Reference { folder, database_url }) = &arguments.mode {
        return actix_web::rt::System::new().block_on(reference::serve(folder, database_url));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run_until_signal(&arguments))
}

/// Runs the benchmark. After SIGINT or SIGTERM, all started processes are ended, as after an error.
async fn run_until_signal(arguments: &Arguments) -> Result<()> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        done = run(arguments) => done,
        _ = interrupt.recv() => bail!("interrupted"),
        _ = terminate.recv() => bail!("terminated"),
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    build::build(arguments.cargo.as_deref())?;
    let place = Place::start()?;
    if let Some(Mode::Plans) = arguments.mode {
        place.fill(usize::try_from(arguments.entries)?).await?;
        return plans::check(&place).await;
    }
    let wrk = Wrk::new(&place)?;
    let imported = place.fill(usize::try_from(arguments.entries)?).await?;
    println!("{}", report::command(&format!("Import of {} solutions", arguments.entries), &imported));
    println!("{}", report::command("Export of all solutions as NDJSON", &place.export().await?));
    let (warm, idle) = start(&place, CacheState::Warm).await?;
    let requests = requests::discover(&warm).await?;
    let references = reference::start(&place, &warm, &requests).await?;
    let chosen = Chosen { arguments, requests: &requests, references: &references, wrk: &wrk };
    let (mut memory, mut errors) = (vec![], 0);
    println!("\n{}", report::HEAD);
    if arguments.rows.contains(&CacheState::Warm) {
        errors += chosen.measure(&warm, CacheState::Warm).await?;
        memory.push(Memory { state: CacheState::Warm, idle, peak: warm.process.memory("VmHWM") });
    }
    drop(warm);
    if arguments.rows.contains(&CacheState::Cold) {
        let (cold, idle) = start(&place, CacheState::Cold).await?;
        cold.require_no_cache().await?;
        errors += chosen.measure(&cold, CacheState::Cold).await?;
        memory.push(Memory { state: CacheState::Cold, idle, peak: cold.process.memory("VmHWM") });
    }
    println!();
    for memory in memory {
        println!("{}", memory.text());
    }
    if errors > 0 {
        bail!("{errors} requests failed");
    }
    Ok(())
}

/// Starts the service, and returns it with its idle memory in kibibytes.
async fn start(place: &Place, state: CacheState) -> Result<(Server, u64)> {
    let server = Server::start(place, state).await?;
    tokio::time::sleep(IDLE).await;
    let idle = server.process.memory("VmRSS");
    Ok((server, idle))
}

/// The chosen measurements.
struct Chosen<'a> {
    arguments: &'a Arguments,
    requests: &'a [Request],
    references: &'a Server,
    wrk: &'a Wrk,
}

impl Chosen<'_> {
    /// Measures the requests on a service, and prints the lines of the table. Returns the number of failed requests.
    async fn measure(&self, service: &Server, state: CacheState) -> Result<u64> {
        let Arguments { rounds, seconds, connections, only, .. } = self.arguments;
        let (references, wrk) = (self.references, self.wrk);
        let bench = Bench { service, references, state, wrk, rounds: *rounds, seconds: *seconds, connections };
        let mut errors = 0;
        for (number, request) in self.requests.iter().enumerate() {
            if only.as_ref().is_some_and(|only| !request.name.contains(only)) {
                continue;
            }
            for line in bench.measure(number, request).await? {
                println!("{}", line.markdown());
                errors += line.errors();
            }
        }
        Ok(errors)
    }
}

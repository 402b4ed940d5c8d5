//! Measures reads of the release build beside references in the same run, on a PostgreSQL server that it starts. See
//! `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "prints measurements")]

mod arguments;
mod measure;
mod plans;
mod reference;
mod report;
mod requests;
mod wrk;

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::Parser;
use tests::generated;
use tests::release::{Ended, Place, Server, build};
use tokio::signal::unix::{SignalKind, signal};

use arguments::{Arguments, CacheState, Mode};
use measure::Bench;
use report::Memory;
use requests::Request;
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
    if cfg!(debug_assertions) {
        bail!("this build is not optimised: use `cargo run --release`");
    }
    let place = Place::start(build(arguments.cargo.as_deref())?)?;
    if let Some(Mode::Plans) = arguments.mode {
        fill(&place, arguments.entries).await?;
        return plans::check(&place).await;
    }
    let wrk = Wrk::new(&place)?;
    let imported = fill(&place, arguments.entries).await?;
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
        require_no_cache(&cold).await?;
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
    let server = Server::start(place, state.name(), state.arguments()).await?;
    tokio::time::sleep(IDLE).await;
    let idle = server.process.memory("VmRSS");
    Ok((server, idle))
}

/// Verifies that a service without a cache stores nothing: the repetition of a request reads from the database, and the number of
/// stored responses stays 0.
async fn require_no_cache(service: &Server) -> Result<()> {
    let mut reads = vec![];
    for _ in 0..3 {
        service.get("/v1/solutions?limit=20", &[]).await?;
        reads.push(metric(service, "transferatlas_database_reads_total").await?);
    }
    ensure!(reads.is_sorted_by(|before, after| before < after), "a response came from the cache: {reads:?}");
    ensure!(metric(service, "transferatlas_cache_responses").await? == 0, "the service has a response cache");
    Ok(())
}

async fn metric(service: &Server, name: &str) -> Result<u64> {
    let text = String::from_utf8(service.get("/metrics", &[]).await?.body)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = value.with_context(|| format!("the service has no metric {name}"))?;
    value.parse().with_context(|| format!("{name} {value}"))
}

/// Loads the content of the release and `count` generated solutions. Returns the result of the import.
async fn fill(place: &Place, count: u32) -> Result<Ended> {
    place.fill().await?;
    let file = place.file("solutions.ndjson");
    generated::write(&file, usize::try_from(count)?)?;
    let imported = place.import(&file).await?;
    std::fs::remove_file(file)?;
    Ok(imported)
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

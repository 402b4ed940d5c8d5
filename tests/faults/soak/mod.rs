//! A moderate load for a long time, in which some requests are faults.

mod load;
mod samples;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use tests::release::{Place, Process};
use tokio::task::JoinSet;

use self::load::{Faults, Kind, send};
use self::samples::{Outcome, Sample, Tenth, slope, tenths};
use crate::Finding;
use crate::client::{address, start};

/// Time for which the capacity is measured.
const CALIBRATION: Duration = Duration::from_secs(3);

/// Share of the capacity that is used, in hundredths.
const LOAD: u64 = 30;

/// Largest rate, in requests per second, so that the clients leave processors to the service.
const FASTEST: u64 = 400;

/// Time after a terminated connection in which a response may be 503.
const EXCUSE: Duration = Duration::from_secs(1);

/// Additional descriptors that are not a leak, such as connections of the pools that were not open before.
const DESCRIPTORS: usize = 16;

/// Length of a soak test, and its goals.
pub(crate) struct Form {
    time: Duration,
    /// One request of this number is a fault.
    one_in: u64,
    /// Growth of memory after the first tenth, in kibibytes. `None` if its slope is measured instead.
    growth: Option<u64>,
    /// The 99th percentile that is good in any case.
    fast: Duration,
}

/// The short form. Its tenths have few requests, and more of them are faults, so that all kinds occur.
pub(crate) const SHORT: Form =
    Form { time: Duration::from_secs(30), one_in: 20, growth: Some(8 << 10), fast: Duration::from_millis(250) };

/// The full form.
pub(crate) const FULL: Form =
    Form { time: Duration::from_mins(30), one_in: 100, growth: None, fast: Duration::from_millis(20) };

/// Measures memory, descriptors and response times under load.
pub(crate) async fn measure(place: &Place, form: Form) -> Result<Finding> {
    let (server, client) = start(place, "soak", 0, &[]).await?;
    let faults = Arc::new(Faults::new(place, client, address(&server)).await?);
    let capacity = faults.capacity(CALIBRATION).await;
    let rate = (capacity * LOAD / 100).clamp(1, FASTEST);
    let run = run(&faults, &server.process, rate, &form).await?;
    ensure!(run.outcomes.len() > 100, "only {} requests were sent", run.outcomes.len());

    let terminated = faults.terminated();
    let failed: Vec<_> = run.outcomes.iter().filter(|outcome| !outcome.is_expected()).collect();
    let unexplained = failed.iter().filter(|outcome| !outcome.is_excused(&terminated, EXCUSE));
    let unexplained: Vec<_> = unexplained.map(|outcome| outcome.describe()).collect();
    let tenths = tenths(&run.outcomes, &run.samples, form.time);
    let [_, first, .., last] = tenths.as_slice() else { bail!("no tenths") };
    let summary =
        Summary { capacity, rate, failed: failed.len(), terminated: terminated.len(), unexplained, run: &run };
    Ok(finding(&form, first, last, &summary))
}

/// Results of the whole time.
struct Summary<'r> {
    capacity: u64,
    rate: u64,
    failed: usize,
    /// Number of connections that were terminated. Each was used by one request at most.
    terminated: usize,
    unexplained: Vec<String>,
    run: &'r Run,
}

fn finding(form: &Form, first: &Tenth, last: &Tenth, summary: &Summary) -> Finding {
    let Summary { capacity, rate, failed, terminated, unexplained, run } = summary;
    let growth = last.memory.saturating_sub(first.memory);
    let slope = slope(&run.samples, form.time / 10);
    let is_flat = form.growth.map_or(slope < 1.0, |most| growth <= most);
    let memory_goal = form
        .growth
        .map_or("RSS slope < 1 MiB/h".to_owned(), |most| format!("RSS ≤ +{} MiB after the first tenth", most >> 10));
    Finding {
        measured: format!(
            "{} requests at {rate}/s ({} % of {capacity}/s), {} of them faults; RSS {} → {} KiB (slope {slope:.1} MiB/h), \
             descriptors {} → {}, p99 {:.1?} → {:.1?}; {failed} failed, {} of them unexplained {unexplained:?}",
            run.outcomes.len(),
            rate * 100 / (*capacity).max(1),
            run.outcomes.iter().filter(|outcome| outcome.kind != Kind::Plain).count(),
            first.memory,
            last.memory,
            first.descriptors,
            last.descriptors,
            first.slowest,
            last.slowest,
            unexplained.len(),
        ),
        goal: format!(
            "{memory_goal}, descriptors ≤ +{DESCRIPTORS}, p99 of the last tenth ≤ 2 × that of the second or ≤ {:?}, 0 unexplained, \
             one 503 at most for each of {terminated} terminated connections",
            form.fast
        ),
        is_met: is_flat
            && last.descriptors <= first.descriptors + DESCRIPTORS
            && last.slowest <= (2 * first.slowest).max(form.fast)
            && unexplained.is_empty()
            && failed <= terminated,
    }
}

/// All requests and samples.
struct Run {
    outcomes: Vec<Outcome>,
    samples: Vec<Sample>,
}

/// Sends requests at a rate, and samples the process each second.
async fn run(faults: &Arc<Faults>, process: &Process, rate: u64, form: &Form) -> Result<Run> {
    let began = Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / u32::try_from(rate)?);
    let (mut requests, mut run) = (JoinSet::new(), Run { outcomes: vec![], samples: vec![] });
    let mut number = 0;
    while began.elapsed() < form.time {
        ticks.tick().await;
        number += 1;
        let kind = if number % form.one_in == 0 { Kind::fault(number / form.one_in) } else { Kind::Plain };
        let faults = faults.clone();
        requests.spawn(async move {
            let sent = Instant::now();
            let answer = send(&faults, kind, number).await?.without_body();
            Ok::<_, anyhow::Error>(Outcome { kind, number, at: sent - began, sent, ended: Instant::now(), answer })
        });
        while let Some(outcome) = requests.try_join_next() {
            run.outcomes.push(outcome??);
        }
        if run.samples.last().is_none_or(|last| began.elapsed() > last.at + Duration::from_secs(1)) {
            let (memory, descriptors) = (process.memory("VmRSS"), process.descriptors());
            run.samples.push(Sample { at: began.elapsed(), memory, descriptors });
        }
    }
    while let Some(outcome) = requests.join_next().await {
        run.outcomes.push(outcome??);
    }
    Ok(run)
}

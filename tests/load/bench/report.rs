//! The results, as text and as a table in Markdown.

use crate::arguments::CacheState;
use crate::wrk::Measured;
use tests::release::Ended;

/// One line of the table.
pub(crate) struct Line {
    /// Name of the request.
    pub(crate) request: &'static str,
    /// State of the response cache.
    pub(crate) state: CacheState,
    /// Number of connections.
    pub(crate) connections: u32,
    /// Medians of the service.
    pub(crate) service: Measured,
    /// The reference, if there is one.
    pub(crate) reference: Option<Compared>,
}

/// Result of a reference.
#[derive(Clone, Copy)]
pub(crate) struct Compared {
    /// Name in the table.
    pub(crate) name: &'static str,
    /// Medians.
    pub(crate) measured: Measured,
}

/// Memory of a service in kibibytes.
pub(crate) struct Memory {
    /// State of the response cache.
    pub(crate) state: CacheState,
    /// Resident memory before the first request.
    pub(crate) idle: u64,
    /// Largest resident memory after the load.
    pub(crate) peak: u64,
}

/// Head of the table.
pub(crate) const HEAD: &str = "\
| Request | Cache | Connections | Requests/s | p50 | p99 | Reference | Requests/s of the reference | Ratio |
| --- | --- | ---: | ---: | ---: | ---: | --- | ---: | ---: |";

impl Line {
    /// Returns the line in Markdown.
    pub(crate) fn markdown(&self) -> String {
        let Self { request, state, connections, service, reference } = self;
        let (name, theirs, ratio) = match reference {
            Some(Compared { name, measured }) => (*name, rate(measured), ratio(service, measured)),
            None => ("–", "–".to_owned(), "–".to_owned()),
        };
        let state = state.name();
        let (own, p50, p99) = (rate(service), latency(service.median), latency(service.p99));
        format!("| {request} | {state} | {connections} | {own} | {p50} | {p99} | {name} | {theirs} | {ratio} |")
    }

    /// Returns the number of failed requests of the service and of its reference.
    pub(crate) fn errors(&self) -> u64 {
        self.service.errors + self.reference.map_or(0, |reference| reference.measured.errors)
    }
}

impl Memory {
    /// Returns the memory as a sentence.
    pub(crate) fn text(&self) -> String {
        let (state, idle, peak) = (self.state.name(), mebibytes(self.idle), mebibytes(self.peak));
        format!("Memory of the service, {state}: {idle} idle (VmRSS), {peak} at most under load (VmHWM).")
    }
}

/// Returns time and memory of a command as a sentence.
pub(crate) fn command(name: &str, ended: &Ended) -> String {
    format!("{name}: {:.1} s, {} at most (VmHWM).", ended.time.as_secs_f64(), mebibytes(ended.peak))
}

fn rate(measured: &Measured) -> String {
    match measured.errors {
        0 => grouped(measured.rate),
        errors => format!("{} ({errors} failed)", grouped(measured.rate)),
    }
}

fn ratio(service: &Measured, reference: &Measured) -> String {
    if reference.rate > 0.0 { format!("{:.2}", service.rate / reference.rate) } else { "–".to_owned() }
}

fn latency(milliseconds: f64) -> String {
    match milliseconds {
        under if under < 10.0 => format!("{under:.2} ms"),
        more => format!("{more:.0} ms"),
    }
}

fn mebibytes(kibibytes: u64) -> String {
    format!("{} MiB", kibibytes.div_ceil(1024))
}

/// Returns a rounded number with commas between groups of three digits.
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

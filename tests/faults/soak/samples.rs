//! Requests and memory over time.

use std::time::{Duration, Instant};

use super::load::{Kind, path};
use crate::client::{Answer, percentile};

/// A request with its response.
pub(super) struct Outcome {
    pub(super) kind: Kind,
    pub(super) number: u64,
    /// Time since the beginning at which it was sent.
    pub(super) at: Duration,
    pub(super) sent: Instant,
    pub(super) ended: Instant,
    pub(super) answer: Answer,
}

impl Outcome {
    /// Returns whether the response is that to such a request.
    pub(super) fn is_expected(&self) -> bool {
        match self.kind {
            Kind::Plain => self.answer.is_success(),
            Kind::ForgedToken => self.answer.status == 401,
            _ => true,
        }
    }

    /// Returns the status and the request.
    pub(super) fn describe(&self) -> String {
        let request = match self.kind {
            Kind::Plain => path(self.number).unwrap_or("write".to_owned()),
            _ => "forged token".to_owned(),
        };
        format!("{} {request} after {:.1?}", self.answer.status, self.answer.time)
    }

    /// Returns whether the response is 503 with `Retry-After`, and a connection of the database was terminated during the request
    /// or shortly before.
    pub(super) fn is_excused(&self, terminated: &[Instant], excuse: Duration) -> bool {
        let is_near = |at: &Instant| *at <= self.ended && self.sent <= *at + excuse;
        self.answer.status == 503 && self.answer.may_be_repeated && terminated.iter().any(is_near)
    }
}

/// State of the process.
pub(super) struct Sample {
    /// Time since the beginning.
    pub(super) at: Duration,
    /// Resident memory, in kibibytes.
    pub(super) memory: u64,
    pub(super) descriptors: usize,
}

/// A tenth of the time.
pub(super) struct Tenth {
    /// Median of the resident memory, in kibibytes.
    pub(super) memory: u64,
    /// Smallest number of descriptors. Those of connections come and go.
    pub(super) descriptors: usize,
    /// 99th percentile of the response times, without faults.
    pub(super) slowest: Duration,
}

/// Divides the requests and samples into tenths of the time.
pub(super) fn tenths(outcomes: &[Outcome], samples: &[Sample], time: Duration) -> Vec<Tenth> {
    let tenth = |number: u32| {
        let span = time * number / 10..time * (number + 1) / 10;
        let plain = outcomes.iter().filter(|outcome| outcome.kind == Kind::Plain && span.contains(&outcome.at));
        let answers: Vec<_> = plain.map(|outcome| outcome.answer.clone()).collect();
        let samples: Vec<_> = samples.iter().filter(|sample| span.contains(&sample.at)).collect();
        let mut memory: Vec<_> = samples.iter().map(|sample| sample.memory).collect();
        memory.sort_unstable();
        Tenth {
            memory: memory.get(memory.len() / 2).copied().unwrap_or_default(),
            descriptors: samples.iter().map(|sample| sample.descriptors).min().unwrap_or_default(),
            slowest: percentile(&answers, 99),
        }
    };
    (0..10).map(tenth).collect()
}

/// Returns by how much the memory grows after a time, as the slope of the regression line, in mebibytes per hour.
pub(super) fn slope(samples: &[Sample], after: Duration) -> f64 {
    let number = |value: u64| f64::from(u32::try_from(value).unwrap_or(u32::MAX));
    let points = samples.iter().filter(|sample| sample.at >= after);
    let points: Vec<_> =
        points.map(|sample| (sample.at.as_secs_f64() / 3600.0, number(sample.memory) / 1024.0)).collect();
    let count = number(points.len() as u64);
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (hours, memory) = (mean(|point| point.0), mean(|point| point.1));
    let covariance: f64 = points.iter().map(|point| (point.0 - hours) * (point.1 - memory)).sum();
    let variance: f64 = points.iter().map(|point| (point.0 - hours).powi(2)).sum();
    if variance > 0.0 { covariance / variance } else { 0.0 }
}

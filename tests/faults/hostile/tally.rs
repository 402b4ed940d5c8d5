//! Counts of wrong responses, by defect.

use std::collections::BTreeMap;
use std::fmt::{Display, Formatter};

use super::RawRequest;
use super::exchange::Exchange;

/// Texts of the implementation that no response contains.
const INTERNALS: [&str; 12] = [
    "panicked",
    "backtrace",
    ".rs:",
    "/src/",
    ".cargo",
    "actix",
    "sqlx",
    "sea_orm",
    "SQLSTATE",
    "pg_catalog",
    "syntax error at or near",
    "select ",
];

/// Secrets that no response contains.
const SECRETS: [&str; 2] = ["postgres://", "PRIVATE KEY"];

/// A header that some requests try to put into the response.
const INJECTED: &str = "\r\nset-cookie: faults";

/// Defects of responses, in the order of the table.
const DEFECTS: [&str; 5] = ["5xx", "hangs", "smuggled", "leaks", "without a response"];

/// Number of requests, and what was wrong with their responses.
#[derive(Default)]
pub(super) struct Tally {
    groups: Vec<String>,
    defects: BTreeMap<&'static str, Vec<String>>,
}

impl Tally {
    /// Begins a group of requests.
    pub(super) fn begin(&mut self, kind: &str, count: usize) {
        self.groups.push(format!("{count} {kind}"));
    }

    /// Adds the responses to a request.
    pub(super) fn add(&mut self, request: &RawRequest, exchange: &Exchange) {
        let statuses = exchange.statuses();
        let text = exchange.text();
        let is_refused = statuses.first().is_some_and(|status| *status >= 300);
        let leaked = INTERNALS.into_iter().find(|internal| is_refused && text.contains(internal));
        let leaked = leaked.or_else(|| SECRETS.into_iter().find(|secret| text.contains(secret)));
        let leaked = leaked.or_else(|| text.to_lowercase().contains(INJECTED).then_some(INJECTED.trim()));
        let found = [
            statuses.iter().any(|status| *status >= 500).then(|| format!("{statuses:?}")),
            (!exchange.has_ended).then(|| format!("{:.0?}", exchange.time)),
            (statuses.len() > request.most).then(|| format!("{statuses:?}")),
            leaked.map(str::to_owned),
            (request.is_answered && statuses.is_empty()).then(|| format!("{:.1?}", exchange.time)),
        ];
        for (defect, detail) in DEFECTS.into_iter().zip(found) {
            if let Some(detail) = detail {
                self.defects.entry(defect).or_default().push(format!("{} ({detail})", request.what));
            }
        }
    }

    /// Returns whether nothing was wrong.
    pub(super) fn is_clean(&self) -> bool {
        self.defects.is_empty()
    }
}

impl Display for Tally {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: ", self.groups.join(", "))?;
        for (number, defect) in DEFECTS.into_iter().enumerate() {
            let found = self.defects.get(defect).map(Vec::as_slice).unwrap_or_default();
            write!(formatter, "{}{} {defect}", if number == 0 { "" } else { ", " }, found.len())?;
            if !found.is_empty() {
                let examples: Vec<_> = found.iter().take(5).map(String::as_str).collect();
                write!(formatter, ": {}", examples.join("; ").escape_debug())?;
            }
        }
        Ok(())
    }
}

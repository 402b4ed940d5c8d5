//! Checks a history. The stored revisions have one order, by which all requests are judged.

mod facts;
mod feed;
mod reads;
mod retries;
mod writes;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use super::history::History;
use facts::Facts;

/// A violation of a guarantee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Kind of the violation.
    pub fault: Fault,
    /// What was seen, and what was stored.
    pub text: String,
}

/// Kind of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// A write overwrote a change that it was not based on.
    LostUpdate,
    /// An acknowledged write is not stored, or not as acknowledged.
    LostWrite,
    /// A write that was refused is stored.
    RefusedWriteStored,
    /// A write was refused although its precondition held.
    UnfoundedRefusal,
    /// A write is stored twice.
    DuplicateWrite,
    /// The responses to requests with one idempotency key differ.
    DifferentResponses,
    /// A stored or read value was written by no request.
    Unwritten,
    /// A read lacks a write that must be visible.
    OutdatedRead,
    /// An entry exists after its deletion.
    DeletedEntryReturned,
    /// A change is missing in the change feed.
    MissingChange,
    /// A change is in the change feed twice.
    DuplicateChange,
    /// Changes are not in the order in which they were acknowledged.
    ChangeOrder,
    /// A response has a status that the request does not allow.
    UnexpectedStatus,
}

/// Returns the violations in a history. Writes must be visible at once on the instance that acknowledged them, and on other
/// instances after `delay`.
pub fn check(history: &History, delay: Duration) -> Vec<Violation> {
    let facts = Facts::new(history, delay);
    [feed::stored(&facts), feed::pages(&facts), writes::check(&facts), retries::check(&facts), reads::check(&facts)]
        .concat()
}

/// Returns the number of acknowledged writes of each kind.
pub fn acknowledged(history: &History) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for operation in Facts::new(history, Duration::ZERO).operations.values() {
        let is_acknowledged = operation.attempts.iter().any(|attempt| attempt.answer.is_success());
        *counts.entry(operation.write.kind.name()).or_default() += usize::from(is_acknowledged);
    }
    counts
}

/// Returns a violation.
fn violation(fault: Fault, text: String) -> Violation {
    Violation { fault, text }
}

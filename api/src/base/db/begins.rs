//! Read transactions that a request abandoned while they were being opened.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time after an abandoned `begin` in which its connection has returned to the pool. The checks on its return have shorter limits.
const RETURN: Duration = Duration::from_mins(1);

/// The `begin` statements of reads.
///
/// sqlx 0.9 returns a connection in an open transaction without noticing it when a request is dropped during `begin`.
/// Only while this is possible does the pool ask the server about each returned connection.
#[derive(Default)]
pub(super) struct Begins {
    in_progress: AtomicUsize,
    abandoned: Mutex<Option<Instant>>,
}

/// A `begin` in progress. It counts as abandoned when it is dropped before [`Begin::succeeded`].
pub(super) struct Begin<'a> {
    begins: &'a Begins,
    has_succeeded: bool,
}

impl Begins {
    /// Notes that a read transaction is being opened.
    pub(super) fn start(&self) -> Begin<'_> {
        self.in_progress.fetch_add(1, Ordering::SeqCst);
        Begin { begins: self, has_succeeded: false }
    }

    /// Returns whether a connection may return to the pool in an open transaction.
    pub(super) fn may_leave_open(&self) -> bool {
        let abandoned = *self.abandoned.lock().unwrap_or_else(PoisonError::into_inner);
        self.in_progress.load(Ordering::SeqCst) > 0 || abandoned.is_some_and(|time| time.elapsed() < RETURN)
    }
}

impl Begin<'_> {
    /// Notes that the transaction is open, so that dropping it rolls it back.
    pub(super) fn succeeded(mut self) {
        self.has_succeeded = true;
    }
}

impl Drop for Begin<'_> {
    fn drop(&mut self) {
        if !self.has_succeeded {
            *self.begins.abandoned.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
        self.begins.in_progress.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_checked_during_and_after_an_abandoned_begin() {
        let begins = Begins::default();
        assert!(!begins.may_leave_open());
        let begin = begins.start();
        assert!(begins.may_leave_open(), "a begin is in progress");
        begin.succeeded();
        assert!(!begins.may_leave_open(), "each begin has succeeded");
        drop(begins.start());
        assert!(begins.may_leave_open(), "a begin was abandoned");
    }
}

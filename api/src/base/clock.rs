//! The time it is. Tests move it, to see what days and hours change.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

/// The clock of one service. Clones tell the same time: the system's, unless it was moved.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Seconds before the system's time.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Moves this clock and its clones.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }

    /// Makes it the clock of this thread. Several services run in the process of the tests, each on threads of its own.
    pub(crate) fn install(&self) {
        CLOCK.set(self.clone());
    }

    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.ahead.load(Ordering::Relaxed))
    }
}

/// The time by the clock of this thread.
pub fn now() -> DateTime<Utc> {
    CLOCK.with_borrow(Clock::now)
}

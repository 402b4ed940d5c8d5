//! Clock of the service, which tests can advance.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};

thread_local! {
    static CLOCK: RefCell<Clock> = RefCell::default();
}

/// The clock of one service. Clones share the time, which is the system time until the clock is advanced.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    /// Seconds ahead of the system time.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// Advances this clock and its clones by whole seconds.
    pub fn advance(&self, by: TimeDelta) {
        self.ahead.fetch_add(by.num_seconds(), Ordering::Relaxed);
    }

    /// Makes this the clock of the current thread. Tests run several services in one process, each on its own threads.
    pub(crate) fn install(&self) {
        CLOCK.set(self.clone());
    }

    #[expect(clippy::disallowed_methods, reason = "only the clock reads the system time")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + TimeDelta::seconds(self.ahead.load(Ordering::Relaxed))
    }
}

/// Returns the current time of the clock of this thread.
pub fn now() -> DateTime<Utc> {
    CLOCK.with_borrow(Clock::now)
}

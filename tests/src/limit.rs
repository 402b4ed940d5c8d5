//! A time limit for each test. A test that hangs is reported and ends the run.

use std::collections::HashMap;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Time limit of a test, several times the duration of the slowest test.
const LIMIT: Duration = Duration::from_mins(5);

static NUMBER: AtomicU64 = AtomicU64::new(0);

static WATCHED: LazyLock<Mutex<HashMap<u64, (String, Instant)>>> = LazyLock::new(|| {
    thread::spawn(watch);
    Mutex::default()
});

/// Watches the current test until it is dropped.
pub(crate) struct Watchdog(u64);

impl Watchdog {
    /// Starts to watch the test of this thread.
    pub(crate) fn begin() -> Self {
        let (number, test) =
            (NUMBER.fetch_add(1, Ordering::Relaxed), thread::current().name().unwrap_or("?").to_owned());
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).insert(number, (test, Instant::now()));
        Self(number)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
    }
}

fn watch() {
    loop {
        thread::sleep(Duration::from_secs(1));
        let watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((test, _)) = watched.values().find(|(_, began)| began.elapsed() > LIMIT) {
            eprintln!("{test} has not ended after {LIMIT:?}; the run is aborted");
            process::exit(101);
        }
    }
}

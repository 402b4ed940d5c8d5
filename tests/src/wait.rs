//! Polling for asynchronous effects.

use std::panic::Location;
use std::time::{Duration, Instant};

/// Time limit, sufficient for a loaded machine, and for the claim of a lost transaction on a webhook to expire (30 seconds).
const LIMIT: Duration = Duration::from_secs(40);

const PAUSE: Duration = Duration::from_millis(20);

/// Polls until a value is available, and returns the value. The output panics after 40 seconds.
#[track_caller]
pub fn until<T, L: AsyncFnMut() -> Option<T>>(what: &str, mut look: L) -> impl Future<Output = T> + use<T, L> {
    let (caller, what) = (Location::caller(), what.to_owned());
    async move {
        let limit = Instant::now() + LIMIT;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(Instant::now() < limit, "{caller}: timed out after {LIMIT:?}: {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Polls until a condition is true. The output panics after 40 seconds.
#[track_caller]
pub fn until_true<L: AsyncFnMut() -> bool>(what: &str, mut look: L) -> impl Future<Output = ()> + use<L> {
    until(what, async move || look().await.then_some(()))
}

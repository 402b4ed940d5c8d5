//! Waiting for what comes by itself.

use std::panic::Location;
use std::time::{Duration, Instant};

/// Long enough for a loaded machine; nothing that works takes as long.
const LIMIT: Duration = Duration::from_secs(20);

const PAUSE: Duration = Duration::from_millis(20);

/// Asks again and again until something is there, and returns it. After twenty seconds the test has failed.
#[track_caller]
pub fn until<T, L: AsyncFnMut() -> Option<T>>(what: &str, mut look: L) -> impl Future<Output = T> + use<T, L> {
    let (asked_at, what) = (Location::caller(), what.to_owned());
    async move {
        let limit = Instant::now() + LIMIT;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(Instant::now() < limit, "{asked_at}: waited {LIMIT:?} in vain until {what}");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// The same until something holds.
#[track_caller]
pub fn until_true<L: AsyncFnMut() -> bool>(what: &str, mut look: L) -> impl Future<Output = ()> + use<L> {
    until(what, async move || look().await.then_some(()))
}

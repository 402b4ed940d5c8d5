//! Reachability of the database server, as determined by polling the directory version.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// Duration of an outage after which transactions in progress are cancelled, and connections are closed.
pub(super) const LOST: Duration = Duration::from_secs(1);

/// Reachability of the server. The pools drop connections that were open during an outage. An outage of a second
/// cancels writes in progress and closes connections.
#[derive(Default)]
pub(super) struct Reachability(watch::Sender<Outage>);

#[derive(Clone, Copy, Default)]
struct Outage {
    /// Start of the current outage. `None` while the server is reachable.
    since: Option<Instant>,
    /// Time of the last failed check.
    last: Option<Instant>,
}

impl Reachability {
    /// Records whether the server responded.
    pub(super) fn note(&self, is_reachable: bool) {
        self.0.send_if_modified(|outage| {
            let now = Instant::now();
            if !is_reachable {
                outage.last = Some(now);
            }
            let turned = outage.since.is_none() != is_reachable;
            if turned {
                outage.since = (!is_reachable).then_some(now);
            }
            turned
        });
    }

    /// Returns whether a connection of this age was open during an outage, so that it may never respond again.
    pub(super) fn outlived(&self, age: Duration) -> bool {
        let opened = Instant::now().checked_sub(age);
        self.0.borrow().last.is_some_and(|last| opened.is_none_or(|opened| opened < last))
    }

    /// Returns whether the server has been unreachable for a given time.
    pub(super) fn is_lost_for(&self, time: Duration) -> bool {
        self.0.borrow().since.is_some_and(|since| since.elapsed() >= time)
    }

    /// Waits until the server has been unreachable for a given time.
    pub(super) async fn lost_for(&self, time: Duration) {
        let mut outage = self.0.subscribe();
        loop {
            let since = outage.borrow_and_update().since;
            let changed = outage.changed();
            match since {
                Some(since) => {
                    if tokio::time::timeout_at(since + time, changed).await.is_err() {
                        return;
                    }
                }
                // The sender cannot be dropped while `self` is borrowed.
                None => drop(changed.await),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn short_outage_is_tolerated_and_outdates_connections() {
        let reachability = Reachability::default();
        let lost = |time| tokio::time::timeout(Duration::from_millis(60), reachability.lost_for(time));

        assert!(lost(Duration::ZERO).await.is_err(), "the database is reachable");
        assert!(!reachability.outlived(Duration::from_secs(9)));
        reachability.note(false);
        assert!(lost(Duration::from_secs(9)).await.is_err(), "the outage is shorter");
        assert!(lost(Duration::from_millis(1)).await.is_ok());
        assert!(
            reachability.is_lost_for(Duration::from_millis(1)) && !reachability.is_lost_for(Duration::from_secs(9))
        );
        reachability.note(true);
        assert!(!reachability.is_lost_for(Duration::ZERO));
        assert!(lost(Duration::ZERO).await.is_err(), "the database is reachable again");
        assert!(reachability.outlived(Duration::from_secs(9)) && !reachability.outlived(Duration::ZERO));
    }
}

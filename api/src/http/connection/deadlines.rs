//! Deadlines of a client: for what it is to send next, and for reading what was sent to it.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::reader::Stage;

/// Time limit of the head of a request, from its first byte. Later than the response 408 of the framework to the first request.
const HEAD: Duration = Duration::from_millis(5_500);

/// Time limit of the body of a request. Later than the response 408 to a body that is read slowly.
const BODY: Duration = Duration::from_millis(15_500);

/// Longest time in which the client reads nothing of a response.
const RESPONSE: Duration = Duration::from_secs(30);

/// Longest time for the next step of a client on a reserved connection.
const SHORT: Duration = Duration::from_secs(2);

/// What the client is late with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    Request,
    Response,
}

/// The deadlines of a client, shared by its connection and by the task that closes connections. In milliseconds since `START`; 0
/// is none.
#[derive(Default)]
pub(super) struct Deadlines {
    read: AtomicU64,
    write: AtomicU64,
    /// Whether the connection waits for the client to send. If it does not, the service is late.
    waits: AtomicBool,
    /// Whether the client has sent anything.
    has_begun: AtomicBool,
    /// Whether the time limits are short.
    is_short: AtomicBool,
}

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

impl Deadlines {
    /// Sets the deadline of what the client is to send next.
    pub(super) fn read(&self, stage: Stage) {
        self.has_begun.store(true, Ordering::Relaxed);
        let limit = match stage {
            Stage::Idle | Stage::Unknown => None,
            Stage::Head => Some(HEAD),
            Stage::Body => Some(BODY),
        };
        self.read.store(limit.map_or(0, |limit| self.after(limit)), Ordering::Relaxed);
    }

    /// Shortens the time limits.
    pub(super) fn shorten(&self) {
        self.is_short.store(true, Ordering::Relaxed);
        // The client has not begun to send.
        self.read.store(self.after(SHORT), Ordering::Relaxed);
    }

    /// Restores the time limits, for the body of a request that may use the connection.
    pub(super) fn lengthen(&self) {
        self.is_short.store(false, Ordering::Relaxed);
        if self.read.load(Ordering::Relaxed) > 0 {
            self.read.store(self.after(BODY), Ordering::Relaxed);
        }
    }

    /// Returns the deadline after a time limit.
    fn after(&self, limit: Duration) -> u64 {
        now() + milliseconds(if self.is_short.load(Ordering::Relaxed) { limit.min(SHORT) } else { limit })
    }

    /// Returns whether the client has sent anything.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }

    /// Notes whether the connection waits for the client to send.
    pub(super) fn wait(&self, waits: bool) {
        self.waits.store(waits, Ordering::Relaxed);
    }

    /// Sets the deadline for reading the response, if the client does not take any more of it, or removes it.
    pub(super) fn write(&self, is_blocked: bool) {
        if !is_blocked {
            self.write.store(0, Ordering::Relaxed);
        } else if self.write.load(Ordering::Relaxed) == 0 {
            self.write.store(self.after(RESPONSE), Ordering::Relaxed);
        }
    }

    /// Returns which deadline has passed.
    pub(super) fn passed(&self) -> Option<Late> {
        let now = now();
        let has_passed = |deadline: &AtomicU64| (1..now).contains(&deadline.load(Ordering::Relaxed));
        if self.waits.load(Ordering::Relaxed) && has_passed(&self.read) {
            return Some(Late::Request);
        }
        has_passed(&self.write).then_some(Late::Response)
    }
}

fn now() -> u64 {
    milliseconds(START.elapsed())
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

//! Schedule of delivery attempts.

use std::time::Duration;

use entity::vocabulary::DeliveryState;

/// Pause after each failed attempt. The pauses add up to about a day.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(5),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(8),
    Duration::from_hours(8),
];

/// Pause of all deliveries of a webhook whose endpoint does not respond, after the first and each further failure.
pub(super) const RESTS: [Duration; 4] =
    [Duration::from_secs(4), Duration::from_secs(30), Duration::from_mins(2), Duration::from_mins(5)];

/// Status by which an endpoint declines further messages.
pub(super) const GONE: u16 = 410;

/// Returns the state of a message after an attempt, and the pause before the next one, by the status of the response (if
/// any) and the number of earlier attempts.
pub(super) fn after_attempt(status: Option<u16>, attempts_before: i32) -> (DeliveryState, Duration) {
    let pause = usize::try_from(attempts_before).ok().and_then(|attempts| PAUSES.get(attempts));
    match (status, pause) {
        (Some(200..300), _) => (DeliveryState::Delivered, Duration::ZERO),
        (Some(GONE), _) | (_, None) => (DeliveryState::Failed, Duration::ZERO),
        (_, Some(pause)) => (DeliveryState::Pending, *pause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delivery_is_attempted_nine_times_within_a_day() {
        let minutes = |minutes: u64| (DeliveryState::Pending, Duration::from_mins(minutes));
        for status in [None, Some(301), Some(404), Some(500), Some(503)] {
            let schedule: Vec<_> = (0..10).map(|attempts| after_attempt(status, attempts)).collect();
            let failed = (DeliveryState::Failed, Duration::ZERO);
            let first = (DeliveryState::Pending, Duration::from_secs(5));
            let pending = [1, 5, 30, 120, 300, 480, 480].map(minutes);
            assert_eq!(schedule, [&[first], &pending[..], &[failed, failed]].concat(), "after {status:?}");
        }
        let all: Duration = (0..8).map(|attempts| after_attempt(None, attempts).1).sum();
        assert!(all > Duration::from_hours(23) && all < Duration::from_hours(24), "{all:?}");
    }

    #[test]
    fn final_responses_end_the_attempts() {
        for attempts in [0, 3, 8] {
            for status in [200, 202, 204, 299] {
                assert_eq!(after_attempt(Some(status), attempts).0, DeliveryState::Delivered, "{status} {attempts}");
            }
            assert_eq!(after_attempt(Some(410), attempts).0, DeliveryState::Failed, "{attempts}");
        }
    }
}

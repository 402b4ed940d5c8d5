//! The day it is in Germany: what is upcoming or has grown stale changes with it, though nobody writes.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use chrono_tz::Europe::Berlin;

pub(crate) fn today() -> NaiveDate {
    Utc::now().with_timezone(&Berlin).date_naive()
}

/// When the day began.
pub(crate) fn began(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    midnight.and_local_timezone(Berlin).earliest().map_or(midnight.and_utc(), |time| time.to_utc())
}

//! Days and times as they are written, and the day it is in Germany: what is upcoming or has grown stale changes with it, though nobody writes.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Utc};
use chrono_tz::Europe::Berlin;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::base::clock;

pub(crate) fn today() -> NaiveDate {
    clock::now().with_timezone(&Berlin).date_naive()
}

/// When the day began.
pub(crate) fn began(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    midnight.and_local_timezone(Berlin).earliest().map_or(midnight.and_utc(), |time| time.to_utc())
}

/// Reads a day of the calendar, in the one way it is written.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let shaped = text.len() == 10 && text.as_bytes().iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    let day = text.parse().ok().filter(|day: &NaiveDate| shaped && (1..=9999).contains(&day.year()));
    day.map(Some).ok_or_else(|| D::Error::custom("is not a day; write 2024-10-05"))
}

/// Reads a time with its offset (RFC 3339), of a year that has four digits.
pub(crate) fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = DateTime::parse_from_rfc3339(&text).ok();
    let time = time.filter(|time| (2..=9998).contains(&time.year()));
    time.map(Some).ok_or_else(|| D::Error::custom("is not a time; write 2024-10-05T09:30:00+02:00"))
}

//! Parsing of dates and times, and the current date in Germany. The date determines which events are upcoming and which
//! confirmations are stale.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveTime, Utc};
use chrono_tz::Europe::Berlin;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use crate::base::clock;
use crate::base::error::{Rule, StringFormat};

/// Returns the current date in Germany.
pub(crate) fn today() -> NaiveDate {
    clock::now().with_timezone(&Berlin).date_naive()
}

/// Returns midnight in Germany at the start of a day, in UTC.
pub(crate) fn began(day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    midnight.and_local_timezone(Berlin).earliest().map_or(midnight.and_utc(), |time| time.to_utc())
}

/// Deserialises a date in the form `2024-10-05`, with a year from 1 to 9999. Fails with `Rule::Format`.
pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let shaped = text.len() == 10 && text.as_bytes().iter().all(|byte| byte.is_ascii_digit() || *byte == b'-');
    let day = text.parse().ok().filter(|day: &NaiveDate| shaped && (1..=9999).contains(&day.year()));
    day.map(Some).ok_or_else(|| D::Error::custom(Rule::Format { expected: StringFormat::Date }))
}

/// Deserialises a time with its offset (RFC 3339), with a year from 2 to 9998. Fails with `Rule::Format`.
pub(crate) fn read_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
    let text = String::deserialize(deserializer)?;
    let time = DateTime::parse_from_rfc3339(&text).ok();
    let time = time.filter(|time| (2..=9998).contains(&time.year()));
    time.map(Some).ok_or_else(|| D::Error::custom(Rule::Format { expected: StringFormat::DateTime }))
}

//! Types of query parameters with readable error messages.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;

/// An integer from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct BoundedInt<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> TryFrom<String> for BoundedInt<MIN, MAX> {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.parse() {
            Ok(number) if (MIN..=MAX).contains(&number) => Ok(Self(number)),
            _ => Err(format!("`{text}` does not fit; write a whole number from {MIN} to {MAX}")),
        }
    }
}

/// A point in time (RFC 3339), or a date, which stands for midnight UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Timestamp(pub DateTime<Utc>);

impl TryFrom<String> for Timestamp {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // A `+` that was not percent-encoded is decoded as a space.
        let time = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).map(|time| time.to_utc());
        let day = || text.parse().map(|day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc());
        match time.or_else(|_| day()) {
            Ok(time) if (1..=9999).contains(&time.year()) => Ok(Self(time)),
            _ => Err(format!("`{text}` is not a time; write 2026-01-31T12:00:00Z or 2026-01-31")),
        }
    }
}

/// A full-text query, up to 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SearchText(pub String);

impl TryFrom<String> for SearchText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.chars().count() <= 200 {
            Ok(Self(text))
        } else {
            Err("is longer than 200 characters; look for less at once")
        }
    }
}

//! Types of query parameters with readable error messages.

use std::num::IntErrorKind;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use utoipa::openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::base::error::{JsonType, Rule, StringFormat};

/// An integer from `MIN` to `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct BoundedInt<const MIN: i64, const MAX: i64>(pub i64);

impl<const MIN: i64, const MAX: i64> TryFrom<String> for BoundedInt<MIN, MAX> {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        match text.parse::<i64>() {
            Ok(number) if (MIN..=MAX).contains(&number) => Ok(Self(number)),
            Ok(_) => Err(Rule::range(MIN, MAX)),
            Err(error) if matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow) => {
                Err(Rule::range(MIN, MAX))
            }
            Err(_) => Err(Rule::Type { expected: JsonType::Integer }),
        }
    }
}

impl<const MIN: i64, const MAX: i64> PartialSchema for BoundedInt<MIN, MAX> {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Int64);
        let number = ObjectBuilder::new().schema_type(Type::Integer).format(Some(format));
        number.minimum(Some(MIN)).maximum((MAX < i64::MAX).then_some(MAX)).into()
    }
}

impl<const MIN: i64, const MAX: i64> ToSchema for BoundedInt<MIN, MAX> {}

/// A point in time (RFC 3339), or a date, which stands for midnight UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Timestamp(pub DateTime<Utc>);

impl TryFrom<String> for Timestamp {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        // A `+` that was not percent-encoded is decoded as a space.
        let time = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).map(|time| time.to_utc());
        let day = || text.parse().map(|day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc());
        match time.or_else(|_| day()) {
            Ok(time) if (1..=9999).contains(&time.year()) => Ok(Self(time)),
            _ => Err(Rule::Format { expected: StringFormat::Timestamp }),
        }
    }
}

/// A full-text query, up to 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct SearchText(pub String);

impl TryFrom<String> for SearchText {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let actual = text.chars().count();
        if actual <= 200 { Ok(Self(text)) } else { Err(Rule::Length { min: 0, max: 200, actual }) }
    }
}

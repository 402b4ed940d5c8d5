//! Partial dates.

use std::fmt;

use chrono::Months;
use sea_orm::DeriveValueType;
use sea_orm::prelude::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Date given as a year, a month or a day: `2023`, `2024-10` or `2024-10-05`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    example = "2024-10",
    pattern = r"^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])(-(0[1-9]|1[0-2])|-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|-(0[469]|11)-(0[1-9]|[12][0-9]|30)|-02-(0[1-9]|[12][0-9]))?$"
)]
pub struct PartialDate(String);

impl PartialDate {
    /// Message of the error for other texts.
    pub const INVALID: &str = "invalid partial date";

    /// Returns the first day that the date covers.
    pub fn first_day(&self) -> Option<Date> {
        let padded = match self.0.len() {
            4 => format!("{}-01-01", self.0),
            7 => format!("{}-01", self.0),
            _ => self.0.clone(),
        };
        padded.parse().ok()
    }

    /// Returns the last day that the date covers.
    pub fn last_day(&self) -> Option<Date> {
        let first = self.first_day()?;
        let next = match self.0.len() {
            4 => first.checked_add_months(Months::new(12)),
            7 => first.checked_add_months(Months::new(1)),
            _ => return Some(first),
        };
        next?.pred_opt()
    }

    /// Returns the day, or `None` when only the year or month is known.
    pub fn day(&self) -> Option<Date> {
        self.0.parse().ok()
    }
}

impl TryFrom<String> for PartialDate {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let date = Self(text);
        let fits = |(place, letter): (usize, u8)| {
            if matches!(place, 4 | 7) { letter == b'-' } else { letter.is_ascii_digit() }
        };
        let shaped =
            matches!(date.0.len(), 4 | 7 | 10) && date.0.bytes().enumerate().all(fits) && !date.0.starts_with("0000");
        if shaped && date.first_day().is_some() { Ok(date) } else { Err(Self::INVALID) }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

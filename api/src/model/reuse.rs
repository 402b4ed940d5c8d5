//! What somebody needs to know before taking something over: what it costs, who to ask, why it ended.

use chrono::{Months, NaiveDate};
use entity::vocabulary::{CostBasis, DiscontinuedReason, Freshness, PrerequisiteKind};
use entity::{PartialDate, Text};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::base::dates::today;
use crate::base::error::{Error, Result};
use crate::base::text_limits::{LongText, SummaryText};
use crate::base::validation::rules::{self, broken};

/// What something costs, in euros
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "ranges", skip_on_field_errors = false))]
pub(crate) struct Costs {
    /// Once, at least, in euros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 20_000, nullable = false)]
    pub one_off_min: Option<u32>,
    /// Once, at most, in euros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 50_000, nullable = false)]
    pub one_off_max: Option<u32>,
    /// Each year, at least, in euros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 5_000, nullable = false)]
    pub yearly_min: Option<u32>,
    /// Each year, at most, in euros.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 12_000, nullable = false)]
    pub yearly_max: Option<u32>,
    /// Always `EUR` (ISO 4217).
    #[validate(custom(function = "euros"))]
    #[schema(example = "EUR", pattern = "^EUR$")]
    pub currency: String,
    /// What the amounts rest on.
    pub basis: CostBasis,
    /// The year of the prices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1990, max = 2999, message = "must be a year from 1990"))]
    #[schema(example = 2024, minimum = 1990, maximum = 2999, nullable = false)]
    pub year: Option<i16>,
}

fn euros(currency: &str) -> Result<(), ValidationError> {
    if currency == "EUR" { Ok(()) } else { Err(broken("must be EUR")) }
}

fn ranges(costs: &Costs) -> Result<(), ValidationError> {
    let ordered = |least: Option<u32>, most: Option<u32>| least.zip(most).is_none_or(|(least, most)| least <= most);
    if ordered(costs.one_off_min, costs.one_off_max) && ordered(costs.yearly_min, costs.yearly_max) {
        Ok(())
    } else {
        Err(broken("must not have a `min` above its `max`"))
    }
}

/// How much work something takes, in full-time equivalents
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staffing {
    /// To bring it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 1000.0, message = "must be full-time equivalents from 0 to 1000"))]
    #[schema(example = 0.5, minimum = 0, maximum = 1000, nullable = false)]
    pub fte_implementation: Option<f64>,
    /// To keep it running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 1000.0, message = "must be full-time equivalents from 0 to 1000"))]
    #[schema(example = 0.2, minimum = 0, maximum = 1000, nullable = false)]
    pub fte_operation: Option<f64>,
}

/// Why and when something was discontinued
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Discontinued {
    /// The reasons: at least one.
    #[validate(length(min = 1, message = "must name at least one reason"))]
    #[schema(min_items = 1)]
    pub reasons: Vec<DiscontinuedReason>,
    /// What happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>, nullable = false)]
    pub text: Option<Text>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub on: Option<PartialDate>,
}

/// Who to ask: a functional mailbox or a web form, never a person
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reachable", skip_on_field_errors = false))]
#[schema(example = json!({ "function": "Stabsstelle Smart City", "email": "smart-city@example.org" }))]
pub(crate) struct Contact {
    /// The office or function that answers.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Stabsstelle Smart City", min_length = 1, max_length = 200)]
    pub function: String,
    /// A functional mailbox; or else a web form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(email(message = "must be an e-mail address"))]
    #[schema(example = "smart-city@example.org", format = "email", nullable = false)]
    pub email: Option<String>,
    /// A web form; or else a functional mailbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://example.org/kontakt", format = "iri", nullable = false, max_length = 2000)]
    pub url: Option<String>,
}

fn reachable(contact: &Contact) -> Result<(), ValidationError> {
    if contact.email.is_some() == contact.url.is_some() {
        return Err(broken("must have either an `email` or a `url`"));
    }
    Ok(())
}

/// A page elsewhere
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebLink {
    /// What the page is to the entry, as a registered link relation (RFC 8288).
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "describedby", min_length = 1, max_length = 200)]
    pub rel: String,
    /// What the page is called.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Betriebshandbuch", min_length = 1, max_length = 200)]
    pub title: String,
    /// Its address.
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://example.org/handbuch", format = "iri", max_length = 2000)]
    pub url: String,
}

/// Something that must be there before a solution can be taken over
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prerequisite {
    /// What kind of thing it is.
    pub kind: PrerequisiteKind,
    /// What is needed.
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub text: Text,
    /// Does it not work without?
    #[schema(example = true)]
    pub mandatory: bool,
}

/// A way for other systems to talk to a solution
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interface {
    /// The standard or what else it is called.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "OGC SensorThings API", min_length = 1, max_length = 200)]
    pub name: String,
    /// Where it is described or answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(
        example = "https://www.ogc.org/standard/sensorthings/",
        format = "iri",
        nullable = false,
        max_length = 2000
    )]
    pub url: Option<String>,
}

/// How something stands with personal data
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Privacy {
    /// Does it process personal data?
    #[schema(example = false)]
    pub personal_data: bool,
    /// Has its impact on data protection been assessed (DPIA)?
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    pub dpia_done: Option<bool>,
}

/// What was discontinued says so in its status.
pub(crate) fn ended(is_discontinued: bool, why: Option<&Discontinued>) -> Result<(), ValidationError> {
    if why.is_some() && !is_discontinued {
        return Err(broken("`discontinued` needs the `status` `discontinued`"));
    }
    Ok(())
}

/// How long ago a day of confirmation is.
pub(crate) fn freshness(confirmed: NaiveDate) -> Freshness {
    let since = |months: u32| today().checked_sub_months(Months::new(months)).is_none_or(|then| confirmed > then);
    match () {
        () if since(12) => Freshness::Fresh,
        () if since(18) => Freshness::Due,
        () => Freshness::Stale,
    }
}

/// How much of what is wanted of an entry is there, in per cent, and what is missing.
pub(crate) fn completeness(content: &Value, wanted: &[&'static str]) -> (u8, Vec<&'static str>) {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    let is_missing = |member: &&&str| content.get(**member).is_none_or(is_empty);
    let gaps: Vec<&str> = wanted.iter().filter(is_missing).copied().collect();
    let share = 100 * (wanted.len() - gaps.len()) / wanted.len().max(1);
    (u8::try_from(share).unwrap_or(100), gaps)
}

/// What the database keeps as JSON.
pub(crate) fn read<T: DeserializeOwned>(kept: Value) -> Result<T> {
    serde_json::from_value(kept).map_err(Error::internal)
}

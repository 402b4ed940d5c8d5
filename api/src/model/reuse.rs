//! Information for reuse: costs, staffing, contacts, prerequisites and reasons for discontinuation.

use chrono::{Months, NaiveDate};
use entity::vocabulary::{CostBasis, DiscontinuedReason, Freshness, PrerequisiteKind};
use entity::{PartialDate, Text};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::base::dates::today;
use crate::base::error::{Error, Result, Rule};
use crate::base::text_limits::{LongText, SummaryText};
use crate::base::validation::rules::{self, require, together};

/// Costs in euros
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "ranges", skip_on_field_errors = false))]
pub(crate) struct Costs {
    /// Minimum of the one-off costs in euros. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 20_000, format = Int64, maximum = 4_294_967_295i64, nullable = false)]
    pub one_off_min: Option<u32>,
    /// Maximum of the one-off costs in euros. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 50_000, format = Int64, maximum = 4_294_967_295i64, nullable = false)]
    pub one_off_max: Option<u32>,
    /// Minimum of the yearly costs in euros. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 5_000, format = Int64, maximum = 4_294_967_295i64, nullable = false)]
    pub yearly_min: Option<u32>,
    /// Maximum of the yearly costs in euros. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 12_000, format = Int64, maximum = 4_294_967_295i64, nullable = false)]
    pub yearly_max: Option<u32>,
    /// Currency (ISO 4217). Always `EUR`.
    #[validate(custom(function = "euros"))]
    #[schema(example = "EUR", pattern = "^EUR$")]
    pub currency: String,
    /// Basis of the amounts.
    pub basis: CostBasis,
    /// Price year. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1990, max = 2999))]
    #[schema(example = 2024, minimum = 1990, maximum = 2999, nullable = false)]
    pub year: Option<i16>,
}

fn euros(currency: &str) -> Result<(), ValidationError> {
    require(currency == "EUR", Rule::Equal { value: "EUR".to_owned() })
}

fn ranges(costs: &Costs) -> Result<(), ValidationError> {
    let ordered = |name: &str, least: Option<u32>, most: Option<u32>| {
        let rule = Rule::MinAboveMax { min: format!("{name}_min"), max: format!("{name}_max") };
        require(least.zip(most).is_none_or(|(least, most)| least <= most), rule)
    };
    together([
        ordered("one_off", costs.one_off_min, costs.one_off_max),
        ordered("yearly", costs.yearly_min, costs.yearly_max),
    ])
}

/// Staffing in full-time equivalents
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Staffing {
    /// Full-time equivalents for the implementation. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 1000.0))]
    #[schema(example = 0.5, minimum = 0, maximum = 1000, nullable = false)]
    pub fte_implementation: Option<f64>,
    /// Full-time equivalents for operation. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 1000.0))]
    #[schema(example = 0.2, minimum = 0, maximum = 1000, nullable = false)]
    pub fte_operation: Option<f64>,
}

/// Reasons and date of discontinuation
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Discontinued {
    /// Reasons, at least one.
    #[validate(length(min = 1, max = 50))]
    #[schema(min_items = 1, max_items = 50)]
    pub reasons: Vec<DiscontinuedReason>,
    /// Description of the circumstances. Omitted when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>, nullable = false)]
    pub text: Option<Text>,
    /// Date of discontinuation, as precise as known. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub on: Option<PartialDate>,
}

/// Contact: the functional mailbox or web form of an office
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "reachable", skip_on_field_errors = false))]
#[schema(example = json!({ "function": "Stabsstelle Smart City", "email": "smart-city@example.org" }))]
pub(crate) struct Contact {
    /// Office or function that responds.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Stabsstelle Smart City", min_length = 1, max_length = 200)]
    pub function: String,
    /// Functional mailbox. Omitted when `url` is given. Exactly one of the two is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::email"))]
    #[schema(example = "smart-city@example.org", format = "email", nullable = false)]
    pub email: Option<String>,
    /// URL of a web form. Omitted when `email` is given. Exactly one of the two is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://example.org/kontakt", format = "iri", nullable = false, max_length = 2000)]
    pub url: Option<String>,
}

fn reachable(contact: &Contact) -> Result<(), ValidationError> {
    let fields = vec!["email".to_owned(), "url".to_owned()];
    require(contact.email.is_some() != contact.url.is_some(), Rule::ExactlyOne { fields })
}

/// Link to a web page
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebLink {
    /// Relation of the page to the entry, as a link relation type (RFC 8288).
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "describedby", min_length = 1, max_length = 200)]
    pub rel: String,
    /// Title of the page.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Betriebshandbuch", min_length = 1, max_length = 200)]
    pub title: String,
    /// URL of the page.
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://example.org/handbuch", format = "iri", max_length = 2000)]
    pub url: String,
}

/// Prerequisite for adopting a solution
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prerequisite {
    /// Kind of prerequisite.
    pub kind: PrerequisiteKind,
    /// Description, up to 500 characters.
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub text: Text,
    /// Whether the solution cannot be adopted without the prerequisite.
    #[schema(example = true)]
    pub mandatory: bool,
}

/// Interface of a solution to other systems
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Interface {
    /// Name of the interface or of its standard.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "OGC SensorThings API", min_length = 1, max_length = 200)]
    pub name: String,
    /// URL of the documentation or of the endpoint. Omitted when there is none.
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

/// Data protection information
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Privacy {
    /// Whether personal data is processed.
    #[schema(example = false)]
    pub personal_data: bool,
    /// Whether a data protection impact assessment (DPIA) was carried out. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    pub dpia_done: Option<bool>,
}

/// Fails if the details of a discontinuation are present and the status is not `discontinued`.
pub(crate) fn ended(is_discontinued: bool, why: Option<&Discontinued>) -> Result<(), ValidationError> {
    let rule = Rule::RequiresValue {
        field: "discontinued".to_owned(),
        other: "status".to_owned(),
        value: "discontinued".to_owned(),
    };
    require(why.is_none() || is_discontinued, rule)
}

/// Returns the freshness of the last confirmation: due from 12 months after its date, stale from 18 months after it.
pub(crate) fn freshness(confirmed: Option<NaiveDate>) -> Freshness {
    let Some(confirmed) = confirmed else { return Freshness::Never };
    let since = |months: u32| today().checked_sub_months(Months::new(months)).is_none_or(|then| confirmed > then);
    match () {
        () if since(12) => Freshness::Fresh,
        () if since(18) => Freshness::Due,
        () => Freshness::Stale,
    }
}

/// Returns the share of the wanted members that have a value, in per cent, and the names of the missing ones.
pub(crate) fn completeness(content: &Value, wanted: &[&'static str]) -> (u8, Vec<&'static str>) {
    let is_empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    let is_missing = |member: &&&str| content.get(**member).is_none_or(is_empty);
    let gaps: Vec<&str> = wanted.iter().filter(is_missing).copied().collect();
    let share = 100 * (wanted.len() - gaps.len()) / wanted.len().max(1);
    (u8::try_from(share).unwrap_or(100), gaps)
}

/// Deserialises the value of a JSON column. Fails with `Error::Internal` if the value has another type.
pub(crate) fn read<T: DeserializeOwned>(kept: Value) -> Result<T> {
    serde_json::from_value(kept).map_err(Error::internal)
}

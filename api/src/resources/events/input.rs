//! Writable members of an event, with their validation.

use chrono::{DateTime, FixedOffset};
use chrono_tz::Tz;
use entity::vocabulary::{EventKind, EventStatus};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::Event;
use crate::base::dates;
use crate::base::error::Rule;
use crate::base::text_limits::{ShortText, SummaryText};
use crate::base::validation::{Received, rules};
use crate::model::geo::Location;
use crate::model::municipality_link::MunicipalityLink;

/// Writable members of an event
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "times_fit", skip_on_field_errors = false))]
pub(crate) struct EventInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    pub kind: EventKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1))]
    #[schema(minimum = 1, maximum = 32_767)]
    pub number: Option<i16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<PartialDate>,
    #[serde(default, deserialize_with = "dates::read_time", skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<DateTime<FixedOffset>>,
    #[serde(default, deserialize_with = "dates::read_time", skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<DateTime<FixedOffset>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Europe/Berlin")]
    pub time_zone: Option<Tz>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub venue: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Official key, slug or ID of the municipality in which the event takes place.
    #[schema(example = "08421000")]
    pub municipality: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    /// Location of the event. Defaults to the location of its municipality.
    pub location: Option<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub registration_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<bool>,
    pub status: EventStatus,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10))]
    /// Slugs or IDs of themes.
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 100))]
    /// Slugs or IDs of projects.
    #[schema(example = json!(["ulm"]), max_items = 100)]
    pub projects: Vec<String>,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
}

impl Received for EventInput {
    const READ_ONLY: &'static [&'static str] = &["id", "highlight", "created_at", "updated_at"];
}

impl From<Event> for EventInput {
    fn from(entry: Event) -> Self {
        Self {
            slug: entry.slug,
            title: entry.title,
            kind: entry.kind,
            number: entry.number,
            starts_on: entry.starts_on,
            ends_on: entry.ends_on,
            starts_at: entry.starts_at,
            ends_at: entry.ends_at,
            time_zone: entry.time_zone,
            venue: entry.venue,
            address: entry.address,
            city: entry.city,
            municipality: entry.municipality.map(MunicipalityLink::key),
            location: entry.own_location,
            online: entry.online,
            registration_url: entry.registration_url,
            free: entry.free,
            status: entry.status,
            summary: entry.summary,
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            projects: entry.projects.into_iter().map(|project| project.slug).collect(),
            sources: entry.sources,
        }
    }
}

fn times_fit(input: &EventInput) -> Result<(), ValidationError> {
    let EventInput { starts_at, ends_at, time_zone, .. } = input;
    let text = |name: &str| name.to_owned();
    let with_zone = starts_at.is_some() == time_zone.is_some();
    let with_start = ends_at.is_none() || starts_at.is_some();
    let ordered = ends_at.zip(*starts_at).is_none_or(|(ends, starts)| starts <= ends);
    let local = |zone: Tz| starts_at.map(|time| time.with_timezone(&zone).date_naive());
    let day = input.starts_on.as_ref().and_then(PartialDate::day);
    let same_day = time_zone.is_none_or(|zone| starts_at.is_none() || local(zone) == day);
    let day_of_time = Rule::DayOfTime { day: text("starts_on"), time: text("starts_at"), zone: text("time_zone") };
    rules::together([
        rules::in_order(input.starts_on.as_ref(), input.ends_on.as_ref()),
        rules::require(with_zone, Rule::Together { fields: vec![text("starts_at"), text("time_zone")] }),
        rules::require(with_start, Rule::Requires { field: text("ends_at"), other: text("starts_at") }),
        rules::require(ordered, Rule::EndBeforeStart { start: text("starts_at"), end: text("ends_at") }),
        rules::require(same_day, day_of_time),
    ])
}

//! Writable members of a practice example, with their validation.

use chrono::NaiveDate;
use entity::vocabulary::{Relation, Status};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::{Factor, Impact, PracticeExample};
use crate::base::dates;
use crate::base::text_limits::{LongText, ShortText};
use crate::base::validation::{Received, rules};
use crate::model::reuse::{Contact, Costs, Discontinued, Staffing, WebLink, ended};

/// Writable members of a practice example
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "dates_and_end_fit", skip_on_field_errors = false))]
pub(crate) struct PracticeExampleInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    /// Official key, slug or ID of the municipality that reports.
    #[schema(example = "08421000")]
    pub municipality: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Slug or ID of the model project that the example belongs to.
    #[schema(example = "ulm")]
    pub project: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    /// Slug or ID of the solution that the example is about.
    #[schema(example = "open-smartcity-app")]
    pub solution: Option<String>,
    pub relation: Relation,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub discontinued: Option<Discontinued>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub challenge: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub approach: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub results: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub lessons_learned: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub transfer_notes: Option<Text>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub success_factors: Vec<Factor>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub obstacles: Vec<Factor>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub impacts: Vec<Impact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub costs: Option<Costs>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub staffing: Option<Staffing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10))]
    /// Slugs or IDs of themes.
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::goals"))]
    #[schema(max_items = 17)]
    pub sdgs: Vec<i16>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 20))]
    #[schema(max_items = 20)]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub links: Vec<WebLink>,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
    #[serde(default, deserialize_with = "dates::read", skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::past"))]
    pub last_confirmed_on: Option<NaiveDate>,
}

impl Received for PracticeExampleInput {
    const READ_ONLY: &'static [&'static str] =
        &["id", "freshness", "confirmed_by", "location", "highlight", "created_at", "updated_at"];
}

impl From<PracticeExample> for PracticeExampleInput {
    fn from(entry: PracticeExample) -> Self {
        Self {
            slug: entry.slug,
            title: entry.title,
            municipality: entry.municipality.key(),
            project: entry.project.map(|project| project.slug),
            solution: entry.solution.map(|solution| solution.slug),
            relation: entry.relation,
            status: entry.status,
            discontinued: entry.discontinued,
            challenge: entry.challenge,
            approach: entry.approach,
            results: entry.results,
            lessons_learned: entry.lessons_learned,
            transfer_notes: entry.transfer_notes,
            success_factors: entry.success_factors,
            obstacles: entry.obstacles,
            impacts: entry.impacts,
            costs: entry.costs,
            staffing: entry.staffing,
            starts_on: entry.starts_on,
            ends_on: entry.ends_on,
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            sdgs: entry.sdgs,
            contacts: entry.contacts,
            links: entry.links,
            sources: entry.sources,
            last_confirmed_on: entry.last_confirmed_on,
        }
    }
}

fn dates_and_end_fit(input: &PracticeExampleInput) -> Result<(), ValidationError> {
    rules::together([
        rules::in_order(input.starts_on.as_ref(), input.ends_on.as_ref()),
        ended(input.status == Some(Status::Discontinued), input.discontinued.as_ref()),
    ])
}

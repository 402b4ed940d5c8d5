//! Writable members of a learning partnership, with their validation.

use entity::vocabulary::{PartnerRole, PartnershipFormat, PartnershipStatus, Relation, Vocabulary};
use entity::{PartialDate, Text};
use sea_orm::Iterable;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::{LearningPartnership, Partner};
use crate::base::error::Rule;
use crate::base::text_limits::{LongText, ShortText, SummaryText};
use crate::base::validation::{Received, rules};
use crate::write::participants::ParticipantInput;

/// Writable members of a learning partnership
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "whole", skip_on_field_errors = false))]
pub(crate) struct LearningPartnershipInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    pub format: PartnershipFormat,
    #[validate(custom(function = "between"))]
    pub relation: Relation,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<PartnershipStatus>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(min = 2, max = 100))]
    #[schema(required = true, min_items = 2, max_items = 100)]
    pub partners: Vec<ParticipantInput<PartnerRole>>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10))]
    /// Slugs or IDs of themes.
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 50))]
    /// Slugs or IDs of solutions.
    #[schema(example = json!(["open-smartcity-app"]), max_items = 50)]
    pub solutions: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub results: Option<Text>,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
}

impl Received for LearningPartnershipInput {
    const READ_ONLY: &'static [&'static str] = &["id", "highlight", "created_at", "updated_at"];
}

impl From<LearningPartnership> for LearningPartnershipInput {
    fn from(entry: LearningPartnership) -> Self {
        let partner = |partner: Partner| {
            ParticipantInput::new(Some(partner.name), partner.role, partner.municipality, partner.project)
        };
        Self {
            slug: entry.slug,
            title: entry.title,
            format: entry.format,
            relation: entry.relation,
            summary: entry.summary,
            status: entry.status,
            partners: entry.partners.into_iter().map(partner).collect(),
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            solutions: entry.solutions.into_iter().map(|solution| solution.slug).collect(),
            starts_on: entry.starts_on,
            ends_on: entry.ends_on,
            results: entry.results,
            sources: entry.sources,
        }
    }
}

fn whole(input: &LearningPartnershipInput) -> Result<(), ValidationError> {
    let nameless = input.partners.iter().any(|partner| partner.name.is_none());
    let named = rules::require(!nameless, Rule::PartnerNames {});
    rules::together([named, rules::in_order(input.starts_on.as_ref(), input.ends_on.as_ref())])
}

/// Refuses `origin`, which is not a form of cooperation between partners.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the validator crate passes a reference")]
fn between(relation: &Relation) -> Result<(), ValidationError> {
    let allowed = Relation::iter().filter(|relation| *relation != Relation::Origin).map(Vocabulary::value);
    rules::require(*relation != Relation::Origin, Rule::unknown_value(relation.value(), allowed))
}

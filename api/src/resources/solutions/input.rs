//! Writable members of a solution, with their validation.

use chrono::NaiveDate;
use entity::Text;
use entity::vocabulary::{Openness, OperatorModel, ScalingPhase, SolutionKind, SolutionRelation, SpatialScope, Status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::{RelatedSolution, Solution};
use crate::base::dates;
use crate::base::error::StringFormat;
use crate::base::text_limits::{LongText, ShortText, SummaryText};
use crate::base::validation::{Received, rules};
use crate::model::identifier::Identifier;
use crate::model::municipality_link::MunicipalityLink;
use crate::model::reuse::{Contact, Costs, Discontinued, Interface, Prerequisite, Privacy, Staffing, WebLink, ended};

/// Writable members of a solution
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "end_fits", skip_on_field_errors = false))]
pub(crate) struct SolutionInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub description: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub challenge: Option<Text>,
    pub kind: SolutionKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling_phase: Option<ScalingPhase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub discontinued: Option<Discontinued>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub openness: Option<Openness>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_licence"))]
    pub licence: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub repository_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub publiccode_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(min = 1, max = 5))]
    /// Slugs or IDs of themes. The first is the primary theme.
    #[schema(example = json!(["mobility"]), required = true, min_items = 1, max_items = 5)]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::each_once"))]
    #[schema(max_items = 50)]
    pub spatial_scope: Vec<SpatialScope>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 100))]
    /// Slugs or IDs of projects.
    #[schema(example = json!(["ulm"]), max_items = 100)]
    pub projects: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 100))]
    /// Official keys, slugs or IDs of the municipalities that provide the solution for reuse.
    #[schema(example = json!(["08421000"]), max_items = 100)]
    pub providers: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub prerequisites: Vec<Prerequisite>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub costs: Option<Costs>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub staffing: Option<Staffing>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator_model: Option<OperatorModel>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::names"))]
    #[schema(max_items = 50)]
    pub technologies: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub interfaces: Vec<Interface>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 20))]
    #[schema(max_items = 20)]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    pub links: Vec<WebLink>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub related: Vec<RelatedInput>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested)]
    pub identifiers: Vec<Identifier>,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
    #[serde(default, deserialize_with = "dates::read", skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::past"))]
    pub last_confirmed_on: Option<NaiveDate>,
}

impl Received for SolutionInput {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "related_from",
        "practice_examples",
        "learning_partnerships",
        "lists",
        "adoption_count",
        "locations",
        "freshness",
        "completeness",
        "gaps",
        "highlight",
        "created_at",
        "updated_at",
    ];
}

impl From<Solution> for SolutionInput {
    fn from(entry: Solution) -> Self {
        Self {
            slug: entry.slug,
            title: entry.title,
            summary: entry.summary,
            description: entry.description,
            challenge: entry.challenge,
            kind: entry.kind,
            status: entry.status,
            scaling_phase: entry.scaling_phase,
            discontinued: entry.discontinued,
            openness: entry.openness,
            licence: entry.licence,
            repository_url: entry.repository_url,
            publiccode_url: entry.publiccode_url,
            website: entry.website,
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            spatial_scope: entry.spatial_scope,
            projects: entry.projects.into_iter().map(|project| project.slug).collect(),
            providers: entry.providers.into_iter().map(MunicipalityLink::key).collect(),
            prerequisites: entry.prerequisites,
            costs: entry.costs,
            staffing: entry.staffing,
            operator_model: entry.operator_model,
            technologies: entry.technologies,
            interfaces: entry.interfaces,
            privacy: entry.privacy,
            contacts: entry.contacts,
            links: entry.links,
            related: entry.related.into_iter().map(Into::into).collect(),
            identifiers: entry.identifiers,
            sources: entry.sources,
            last_confirmed_on: entry.last_confirmed_on,
        }
    }
}

/// Related solution, identified by slug or ID
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelatedInput {
    /// Slug or ID of the related solution.
    #[schema(example = "open-smartcity-app")]
    pub solution: String,
    /// Relation of this solution to the related solution.
    pub relation: SolutionRelation,
}

impl From<RelatedSolution> for RelatedInput {
    fn from(RelatedSolution { solution, relation }: RelatedSolution) -> Self {
        Self { solution: solution.slug, relation }
    }
}

fn end_fits(input: &SolutionInput) -> Result<(), ValidationError> {
    ended(input.status == Some(Status::Discontinued), input.discontinued.as_ref())
}

/// Checks an SPDX licence expression. Deprecated SPDX identifiers are accepted.
fn is_licence(expression: &str) -> Result<(), ValidationError> {
    let mode = spdx::ParseMode { allow_deprecated: true, ..spdx::ParseMode::STRICT };
    match spdx::Expression::parse_mode(expression, mode) {
        Ok(_) if expression.len() <= 200 => Ok(()),
        _ => Err(rules::other_format(StringFormat::Licence)),
    }
}

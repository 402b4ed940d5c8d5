//! What can be set of a solution.

use chrono::NaiveDate;
use entity::Text;
use entity::vocabulary::{Openness, OperatorModel, ScalingPhase, SolutionKind, SolutionRelation, SpatialScope, Status};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

use super::dto::{RelatedSolution, Solution};
use crate::identifier::Identifier;
use crate::municipalities::MunicipalityLink;
use crate::reuse::{Contact, Costs, Discontinued, Interface, Prerequisite, Privacy, Staffing, WebLink, ended};
use crate::validate;

/// What can be set of a solution
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "end_fits", skip_on_field_errors = false))]
pub(crate) struct SolutionInput {
    #[validate(custom(function = "validate::slug"))]
    pub slug: String,
    #[validate(custom(function = "validate::label"))]
    pub title: Text,
    #[validate(custom(function = "validate::summary"))]
    pub summary: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "validate::description"))]
    pub description: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "validate::description"))]
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
    #[validate(custom(function = "validate::web"))]
    pub repository_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "validate::web"))]
    pub publiccode_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "validate::web"))]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(min = 1, max = 5, message = "must be 1 to 5 themes; the first is the primary one"))]
    /// Slugs or ids of themes; the first is the primary one.
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "validate::each_once"))]
    pub spatial_scope: Vec<SpatialScope>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 100, message = "must be at most 100 projects"))]
    /// Slugs or ids of projects.
    pub projects: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 100, message = "must be at most 100 providers"))]
    /// Official keys, slugs or ids of municipalities.
    pub providers: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50, message = "must be at most 50 prerequisites"))]
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
    #[validate(custom(function = "validate::names"))]
    pub technologies: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50, message = "must be at most 50 interfaces"))]
    pub interfaces: Vec<Interface>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub privacy: Option<Privacy>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 20, message = "must be at most 20 contacts"))]
    pub contacts: Vec<Contact>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 50, message = "must be at most 50 links"))]
    pub links: Vec<WebLink>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 50, message = "must be at most 50 related solutions"))]
    pub related: Vec<RelatedInput>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested)]
    pub identifiers: Vec<Identifier>,
    #[validate(custom(function = "validate::sources"))]
    pub sources: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_confirmed_on: Option<NaiveDate>,
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

/// A solution that another names, by slug or id
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelatedInput {
    pub solution: String,
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

/// A licence expression; names that SPDX has superseded still say what they say.
fn is_licence(expression: &str) -> Result<(), ValidationError> {
    let mode = spdx::ParseMode { allow_deprecated: true, ..spdx::ParseMode::STRICT };
    match spdx::Expression::parse_mode(expression, mode) {
        Ok(_) if expression.len() <= 200 => Ok(()),
        _ => Err(validate::broken("must be an SPDX licence expression, such as EUPL-1.2 or MIT OR Apache-2.0")),
    }
}

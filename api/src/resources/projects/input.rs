//! Writable members of a project, with their validation.

use std::collections::HashSet;

use entity::vocabulary::{Category, FederalState, Phase, ProjectRole};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::{Project, ProjectMember};
use crate::base::error::Rule;
use crate::base::text_limits::{LongText, ShortText, SummaryText};
use crate::base::validation::{Received, rules};
use crate::model::identifier::Identifier;

/// Writable members of a project
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "dates_in_order", skip_on_field_errors = false))]
pub(crate) struct ProjectInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    #[validate(range(min = 1, max = 3))]
    #[schema(minimum = 1, maximum = 3)]
    pub round: i16,
    #[validate(range(min = 2019, max = 2099))]
    #[schema(minimum = 2019, maximum = 2099)]
    pub round_year: i16,
    pub category: Category,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<PartialDate>,
    /// Federal states in addition to those of the members, for an association that extends into further states.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub federal_states: Vec<FederalState>,
    #[validate(custom(function = "one_leads"))]
    pub members: Vec<MemberInput>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub website: Option<String>,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::description"))]
    #[schema(value_type = Option<LongText>)]
    pub description: Option<Text>,
    /// Slugs or IDs of themes.
    #[serde(default)]
    #[validate(custom(function = "few_themes"))]
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested)]
    pub identifiers: Vec<Identifier>,
    #[validate(length(min = 1, max = 50), custom(function = "rules::webs"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
}

/// Member of a project
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberInput {
    /// Official key, slug or ID of the municipality.
    #[schema(example = "08421000")]
    pub municipality: String,
    /// Role in the project.
    pub role: ProjectRole,
}

impl Received for ProjectInput {
    const READ_ONLY: &'static [&'static str] =
        &["id", "location", "counts", "lists", "highlight", "created_at", "updated_at"];
}

impl From<Project> for ProjectInput {
    fn from(entry: Project) -> Self {
        let member = |member: ProjectMember| MemberInput { municipality: member.municipality.key(), role: member.role };
        Self {
            slug: entry.slug,
            title: entry.title,
            round: entry.round,
            round_year: entry.round_year,
            category: entry.category,
            phase: entry.phase,
            starts_on: entry.starts_on,
            ends_on: entry.ends_on,
            federal_states: entry.own_states,
            members: entry.members.into_iter().map(member).collect(),
            website: entry.website,
            summary: entry.summary,
            description: entry.description,
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            identifiers: entry.identifiers,
            sources: entry.sources,
        }
    }
}

fn one_leads(members: &[MemberInput]) -> Result<(), ValidationError> {
    let leads = members.iter().filter(|member| member.role == ProjectRole::Lead).count();
    let different: HashSet<&str> = members.iter().map(|member| member.municipality.as_str()).collect();
    rules::require(leads == 1 && different.len() == members.len() && members.len() <= 100, Rule::OneLead { max: 100 })
}

fn few_themes(themes: &[String]) -> Result<(), ValidationError> {
    let different: HashSet<&String> = themes.iter().collect();
    rules::require(themes.len() <= 10, Rule::items(0, 10))?;
    rules::require(different.len() == themes.len(), Rule::DuplicateItems {})
}

fn dates_in_order(input: &ProjectInput) -> Result<(), ValidationError> {
    rules::in_order(input.starts_on.as_ref(), input.ends_on.as_ref())
}

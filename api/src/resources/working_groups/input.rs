//! Writable members of a working group, with their validation.

use entity::vocabulary::{GroupRole, OpenTo, WorkingGroupKind, WorkingGroupStatus};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::{GroupMember, Output, WorkingGroup};
use crate::base::error::{Rule, StringFormat};
use crate::base::text_limits::{ShortText, SummaryText};
use crate::base::validation::{Received, rules};
use crate::write::participants::ParticipantInput;

/// Writable members of a working group
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "dates_in_order", skip_on_field_errors = false))]
pub(crate) struct WorkingGroupInput {
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    pub kind: WorkingGroupKind,
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub summary: Text,
    pub status: WorkingGroupStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_to: Option<OpenTo>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "are_countries"))]
    pub countries: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10))]
    /// Slugs or IDs of themes.
    #[schema(example = json!(["mobility"]), max_items = 10)]
    pub themes: Vec<String>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 500))]
    #[schema(max_items = 500)]
    pub members: Vec<ParticipantInput<GroupRole>>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(nested, length(max = 100))]
    #[schema(max_items = 100)]
    pub outputs: Vec<Output>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<PartialDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<PartialDate>,
    #[validate(custom(function = "rules::sources"))]
    #[schema(min_items = 1, max_items = 50)]
    pub sources: Vec<String>,
}

impl Received for WorkingGroupInput {
    const READ_ONLY: &'static [&'static str] = &["id", "highlight", "created_at", "updated_at"];
}

impl From<WorkingGroup> for WorkingGroupInput {
    fn from(entry: WorkingGroup) -> Self {
        let member = |member: GroupMember| {
            let name = member.is_named.then_some(member.name);
            ParticipantInput::new(name, member.role, member.municipality, member.project)
        };
        Self {
            slug: entry.slug,
            title: entry.title,
            kind: entry.kind,
            summary: entry.summary,
            status: entry.status,
            open_to: entry.open_to,
            countries: entry.countries,
            themes: entry.themes.into_iter().map(|theme| theme.slug).collect(),
            members: entry.members.into_iter().map(member).collect(),
            outputs: entry.outputs,
            website: entry.website,
            starts_on: entry.starts_on,
            ends_on: entry.ends_on,
            sources: entry.sources,
        }
    }
}

fn dates_in_order(input: &WorkingGroupInput) -> Result<(), ValidationError> {
    rules::in_order(input.starts_on.as_ref(), input.ends_on.as_ref())
}

/// Checks that each code is an ISO 3166-1 alpha-2 code, `EU` or `INT`.
fn are_countries(codes: &[String]) -> Result<(), ValidationError> {
    rules::each_once(codes)?;
    rules::each(codes, |code| {
        let is_known = matches!(code.as_str(), "EU" | "INT") || rust_iso3166::from_alpha2(code).is_some();
        rules::require(is_known, Rule::Format { expected: StringFormat::Country })
    })
}

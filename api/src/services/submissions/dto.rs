//! Representations and filters of submissions.

use chrono::{DateTime, Utc};
use entity::vocabulary::{Purpose, ReviewAction, Side, Stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::kind::SubmittableName;
use crate::base::error::Violation;
use crate::http::format::{Format, Record};
use crate::http::{Filters, Order, Sort, Timestamp};
use crate::model::catalog::{self, Resource, ResourceName};

/// A submission: proposed content of an entry, or the proposal to withdraw an entry
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Submission {
    /// ID of the submission (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Resource of the entry: `solutions` or `practice-examples`.
    pub resource: ResourceName,
    /// Purpose of the submission.
    pub purpose: Purpose,
    /// Current stage.
    pub stage: Stage,
    /// Path of the published entry. Omitted for a new entry until it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/solutions/0197f2a0-0000-7000-8000-000000000000",
        format = "uri-reference",
        nullable = false
    )]
    pub entry: Option<String>,
    /// Revision of the published entry that the content is based on. Omitted for a new entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 17, nullable = false)]
    pub based_on: Option<i64>,
    /// Proposed content of the entry, in the form that `PUT` accepts for the entry. May be incomplete before submission.
    #[schema(value_type = Object, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub content: Value,
    /// Municipalities that own the submission, by official key, or by slug if there is none: those responsible for the
    /// published entry and those responsible according to the content. If none of the municipalities of the token that created
    /// the submission is among them, these are included too. A token that acts for an owner can read and edit the submission
    /// and take its steps.
    #[schema(example = json!(["08335043"]))]
    pub municipalities: Vec<String>,
    /// Submitter: subject of the token that created the submission.
    #[schema(example = "konstanz.stabsstelle")]
    pub submitted_by: String,
    /// Assigned reviewer: subject of a token. Omitted when no reviewer is assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kts-redaktion", nullable = false)]
    pub assigned_to: Option<String>,
    /// Subject of the token that assigned the reviewer. Omitted when no reviewer is assigned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kts-redaktion", nullable = false)]
    pub assigned_by: Option<String>,
    /// Violations that prevent the submission, or the publication of a withdrawal. Omitted in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub violations: Option<Vec<Violation>>,
    /// JSON pointers to the members of the published entry that publication changes. Members changed only in the published entry
    /// since `based_on` keep their published values. Omitted for a new entry, for a withdrawal, after the end of the review, and
    /// in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["/title/de", "/providers"]), nullable = false)]
    pub changes: Option<Vec<String>>,
    /// Change of the municipalities responsible for the published entry that publication causes. Omitted when there is none, and
    /// in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ownership_change: Option<OwnershipChange>,
    /// Share of the recommended members that are present, in per cent.
    #[schema(example = 40, minimum = 0, maximum = 100)]
    pub completeness: u8,
    /// Recommended members that are missing.
    #[schema(example = json!(["costs", "contacts"]))]
    pub gaps: Vec<&'static str>,
    /// Steps that the caller may take now.
    #[schema(example = json!(["submit", "withdraw"]))]
    pub actions: Vec<ReviewAction>,
    /// Comments by both sides, oldest first. Omitted in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub comments: Option<Vec<Comment>>,
    #[serde(skip)]
    pub revision: i64,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the last change (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
    /// Time of the last `submit` step (UTC). Omitted when the submission was never submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A change of the municipalities responsible for an entry
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OwnershipChange {
    /// Municipalities that become responsible, by official key, or by slug if there is none.
    #[schema(example = json!(["08335043"]))]
    pub added: Vec<String>,
    /// Municipalities that are no longer responsible, by official key, or by slug if there is none.
    #[schema(example = json!(["08421000"]))]
    pub removed: Vec<String>,
}

/// A comment on a submission
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Comment {
    /// ID of the comment (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// Side of the author.
    pub side: Side,
    /// Author: subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// JSON pointer (RFC 6901) to a member of the content. Omitted when the comment concerns the whole submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/costs", nullable = false)]
    pub pointer: Option<String>,
    /// Text of the comment.
    #[schema(example = "Bitte nennen Sie die jährlichen Kosten.")]
    pub body: String,
    /// Time of resolution (UTC). Omitted while the comment is unresolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub resolved_at: Option<DateTime<Utc>>,
    /// Subject of the token that resolved the comment. Omitted while the comment is unresolved.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "konstanz.stabsstelle", nullable = false)]
    pub resolved_by: Option<String>,
}

/// A step of a review
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// ID of the step (UUID).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Time of the step (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// Kind of step.
    pub action: ReviewAction,
    /// Stage of the submission after the step.
    pub stage: Stage,
    /// Author of the step: subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// Comment on the step. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Vielen Dank, gern veröffentlicht.", nullable = false)]
    pub comment: Option<String>,
    /// Content at the time of a `submit` step, for comparison with later content. Omitted for all other steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }), nullable = false)]
    pub content: Option<Value>,
}

/// Steps of a review
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Steps {
    /// Steps, oldest first.
    pub items: Vec<Step>,
}

/// Filters of the list of submissions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SubmissionQuery {
    /// Only submissions changed at or after this time or day (UTC).
    #[param(value_type = Option<String>, format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub updated_since: Option<Timestamp>,
    /// Stage. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["submitted"]))]
    pub stage: Vec<Stage>,
    /// Resource of the entry. Repeat for alternatives.
    #[param(value_type = Vec<SubmittableName>, style = Form, explode = true, inline, example = json!(["solutions"]))]
    pub resource: Vec<ResourceName>,
    /// Purpose. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["publish"]))]
    pub purpose: Vec<Purpose>,
    /// Official key, slug or ID of a municipality that owns the submission. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// Assigned reviewer: subject of a token. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["kts-redaktion"]))]
    pub assigned_to: Vec<String>,
    /// Whether a reviewer is assigned.
    #[param(value_type = Option<bool>, example = true)]
    pub assigned: Option<bool>,
    #[param(required = false, schema_with = Sort::<SubmissionOrder>::schema)]
    pub sort: Option<Sort<SubmissionOrder>>,
    /// Facet to count. Repeat for several. A facet ignores the filter with its own name.
    #[param(style = Form, explode = true, inline, example = json!(["stage"]))]
    pub facets: Vec<SubmissionFacet>,
    /// Submissions visible to the caller, set by the handler.
    #[serde(skip)]
    #[param(ignore)]
    pub visibility: Visibility,
}

/// Submissions visible to a caller. A submitter sees the submissions owned by its municipalities, or its own if its token is not
/// bound to municipalities. A reviewer also sees every submission that was ever submitted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visibility {
    pub subject: String,
    pub municipalities: Option<Vec<Uuid>>,
    pub submits: bool,
    pub reviews: bool,
}

/// Sort keys of submissions
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmissionOrder {
    SubmittedAt,
    UpdatedAt,
}

impl Order for SubmissionOrder {
    const VALUES: &'static [&'static str] = &["submitted_at", "updated_at"];
}

/// Facets of submissions
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmissionFacet {
    Stage,
    Purpose,
    AssignedTo,
}

impl Filters for SubmissionQuery {
    const HAS_LIST_PARAMS: bool = false;

    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::MUNICIPALITIES, &mut self.municipality)]
    }
}

impl Record for Submission {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "resource",
        "purpose",
        "stage",
        "entry",
        "content.slug",
        "content.title.de",
        "municipalities",
        "submitted_by",
        "assigned_to",
        "completeness",
        "created_at",
        "updated_at",
        "submitted_at",
    ];

    fn id(&self) -> Uuid {
        self.id
    }

    fn revision(&self) -> Option<i64> {
        Some(self.revision)
    }
}

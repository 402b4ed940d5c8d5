//! What a submission looks like to those who may see it.

use chrono::{DateTime, Utc};
use entity::vocabulary::{Purpose, ReviewAction, Side, Stage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::error::Violation;
use crate::http::format::{Format, Record};
use crate::http::{Filters, Order, Sort, Timestamp};
use crate::model::catalog::{self, Resource, ResourceName};

/// A proposed new state of an entry, or that it should go
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Submission {
    /// Id of the submission.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// The resource of the entry: `solutions` or `practice-examples`.
    pub resource: ResourceName,
    /// What it asks for.
    pub purpose: Purpose,
    /// Where it stands.
    pub stage: Stage,
    /// The published entry, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/solutions/0197f2a0-0000-7000-8000-000000000000",
        format = "uri-reference",
        nullable = false
    )]
    pub entry: Option<String>,
    /// The revision of the published entry that the content is based on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 17, nullable = false)]
    pub based_on: Option<i64>,
    /// What is to be set of the entry, in the form that a direct write takes; a draft may be incomplete.
    #[schema(value_type = Object, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub content: Value,
    /// The municipalities that own it, by official key, or slug where there is none: those responsible for the published
    /// entry, those the content makes responsible, and those of the token that created it. A token that acts for one of
    /// them sees the submission, edits it and takes its steps.
    #[schema(example = json!(["08335043"]))]
    pub municipalities: Vec<String>,
    /// Who began it: the subject of a token.
    #[schema(example = "konstanz.stabsstelle")]
    pub submitted_by: String,
    /// Who reviews it, if that is settled: the subject of a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kts-redaktion", nullable = false)]
    pub assigned_to: Option<String>,
    /// Who settled that: the subject of a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "kts-redaktion", nullable = false)]
    pub assigned_by: Option<String>,
    /// What stands in the way of submitting it, or of publishing a withdrawal. Omitted in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub violations: Option<Vec<Violation>>,
    /// JSON pointers to the members of the published entry that publishing changes. Members that were changed by others
    /// meanwhile, and not by the submission, stay as they are. Omitted for a new entry, a withdrawal, and in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(["/title/de", "/providers"]), nullable = false)]
    pub changes: Option<Vec<String>>,
    /// How publishing changes which municipalities are responsible for the published entry. Omitted when they stay the same,
    /// and in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ownership_change: Option<OwnershipChange>,
    /// How much of what others need to know is there, in per cent.
    #[schema(example = 40, minimum = 0, maximum = 100)]
    pub completeness: u8,
    /// The members that are still missing.
    #[schema(example = json!(["costs", "contacts"]))]
    pub gaps: Vec<&'static str>,
    /// The steps that who asks may take.
    #[schema(example = json!(["submit", "withdraw"]))]
    pub actions: Vec<ReviewAction>,
    /// Remarks by both sides. Shown of one submission, not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub comments: Option<Vec<Comment>>,
    #[serde(skip)]
    pub revision: i64,
    /// When it was begun.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
    /// When it was last submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub submitted_at: Option<DateTime<Utc>>,
}

/// Municipalities that become responsible for an entry, or are no longer
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OwnershipChange {
    /// Municipalities that become responsible, by official key, or slug where there is none.
    #[schema(example = json!(["08335043"]))]
    pub added: Vec<String>,
    /// Municipalities that are no longer responsible, by official key, or slug where there is none.
    #[schema(example = json!(["08421000"]))]
    pub removed: Vec<String>,
}

/// A remark on a submission
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Comment {
    /// Id of the comment.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// When it was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// From which side.
    pub side: Side,
    /// By whom: the subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// JSON pointer to the member of the content it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/costs", nullable = false)]
    pub pointer: Option<String>,
    /// What is said.
    #[schema(example = "Bitte nennen Sie die jährlichen Kosten.")]
    pub body: String,
    /// When it was settled; absent while it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31T12:00:00Z", nullable = false)]
    pub resolved_at: Option<DateTime<Utc>>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "konstanz.stabsstelle", nullable = false)]
    pub resolved_by: Option<String>,
}

/// A step of the review that was taken
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Step {
    /// Id of the step.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// When it was taken.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// The step.
    pub action: ReviewAction,
    /// Where the submission stood afterwards.
    pub stage: Stage,
    /// Who took it: the subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// What was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Vielen Dank, gern veröffentlicht.", nullable = false)]
    pub comment: Option<String>,
    /// What was submitted with it, to tell what was changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }), nullable = false)]
    pub content: Option<Value>,
}

/// The steps of a review, oldest first
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Steps {
    /// The steps.
    pub items: Vec<Step>,
}

/// Filters of the list of submissions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SubmissionQuery {
    /// Only submissions changed at or after this time or day.
    #[param(value_type = Option<String>, format = DateTime, example = "2019-01-01T00:00:00Z")]
    pub updated_since: Option<Timestamp>,
    /// Where they stand; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["submitted"]))]
    pub stage: Vec<Stage>,
    /// Resources of their entries; repeat for alternatives.
    #[param(style = Form, explode = true, inline, example = json!(["solutions"]))]
    pub resource: Vec<ResourceName>,
    /// What they ask for; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["publish"]))]
    pub purpose: Vec<Purpose>,
    /// Official keys, slugs or ids of municipalities they are submitted for; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// Who reviews them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["kts-redaktion"]))]
    pub assigned_to: Vec<String>,
    /// Whether somebody reviews them.
    #[param(value_type = Option<bool>, example = true)]
    pub assigned: Option<bool>,
    #[param(required = false, schema_with = Sort::<SubmissionOrder>::schema)]
    pub sort: Option<Sort<SubmissionOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["stage"]))]
    pub facets: Vec<SubmissionFacet>,
    /// What who asks may see.
    #[serde(skip)]
    #[param(ignore)]
    pub visibility: Visibility,
}

/// What somebody may see: the submissions of its municipalities, or its own where it acts for all; and who reviews, all that
/// were ever submitted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visibility {
    pub subject: String,
    pub municipalities: Option<Vec<Uuid>>,
    pub submits: bool,
    pub reviews: bool,
}

/// What submissions can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SubmissionOrder {
    SubmittedAt,
    UpdatedAt,
}

impl Order for SubmissionOrder {
    const VALUES: &'static [&'static str] = &["submitted_at", "updated_at"];
}

/// What submissions can be counted by
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

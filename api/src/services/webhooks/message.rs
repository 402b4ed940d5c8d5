//! Messages to webhook endpoints.

use chrono::{DateTime, Utc};
use entity::vocabulary::{Purpose, ReviewAction, Stage};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{OneOfBuilder, Ref, RefOr, Schema};

use crate::model::catalog::ResourceName;

/// Body of a message to a webhook endpoint
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WebhookMessage<T> {
    /// Type of the event: `entry.` and the kind of change, or `submission.` and the kind of step.
    #[schema(example = "entry.replace")]
    pub r#type: String,
    /// Time of the event (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub timestamp: DateTime<Utc>,
    /// The change or step.
    pub data: T,
}

/// A step of a submission in a webhook message
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SubmissionStep {
    /// Path of the submission.
    #[schema(example = "/v1/submissions/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub submission: String,
    /// Resource of the submitted entry.
    pub resource: ResourceName,
    /// Purpose of the submission.
    pub purpose: Purpose,
    /// Kind of step.
    pub action: ReviewAction,
    /// Stage of the submission after the step.
    pub stage: Stage,
    /// Author of the step: subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// Comment on the step. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", nullable = false)]
    pub comment: Option<String>,
    /// Path of the published entry. Omitted for a new entry until it is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/solutions/0197f2a0-0000-7000-8000-000000000000",
        format = "uri-reference",
        nullable = false
    )]
    pub entry: Option<String>,
}

/// Returns the schema of any message.
pub(super) fn schema() -> RefOr<Schema> {
    let either = ["WebhookMessage_FeedChange", "WebhookMessage_SubmissionStep"].map(Ref::from_schema_name);
    let either = either.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
    either.description(Some("Body of the message.")).into()
}

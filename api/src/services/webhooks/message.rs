//! What webhooks are told.

use chrono::{DateTime, Utc};
use entity::vocabulary::{Purpose, ReviewAction, Stage};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::{OneOfBuilder, Ref, RefOr, Schema};

use crate::model::catalog::ResourceName;

/// The body of a message to a webhook
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct WebhookMessage<T> {
    /// What it tells of: `entry.` and what was done, or `submission.` and the step.
    #[schema(example = "entry.replace")]
    pub r#type: String,
    /// When that was.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub timestamp: DateTime<Utc>,
    /// What it was.
    pub data: T,
}

/// A step of a submission, as its municipality is told
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SubmissionStep {
    /// Path of the submission.
    #[schema(example = "/v1/submissions/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub submission: String,
    /// The resource of its entry.
    pub resource: ResourceName,
    /// What it asks for.
    pub purpose: Purpose,
    /// The step.
    pub action: ReviewAction,
    /// Where the submission stands now.
    pub stage: Stage,
    /// Who took it: the subject of a token.
    #[schema(example = "kts-redaktion")]
    pub actor: String,
    /// What was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", nullable = false)]
    pub comment: Option<String>,
    /// Path of the published entry, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "/v1/solutions/0197f2a0-0000-7000-8000-000000000000",
        format = "uri-reference",
        nullable = false
    )]
    pub entry: Option<String>,
}

/// Either of what webhooks are told, as a schema.
pub(super) fn schema() -> RefOr<Schema> {
    let example =
        json!({ "type": "entry.replace", "timestamp": "2026-01-31T12:00:00Z", "data": { "sequence": 13089 } });
    let either = ["WebhookMessage_FeedChange", "WebhookMessage_SubmissionStep"].map(Ref::from_schema_name);
    let either = either.into_iter().fold(OneOfBuilder::new(), OneOfBuilder::item);
    either.description(Some("The body that is sent.")).examples([example]).into()
}

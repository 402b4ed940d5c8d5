//! Representation of the tasks of a municipality.

use chrono::{DateTime, NaiveDate, Utc};
use entity::vocabulary::Freshness;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::link::Link;
use crate::model::catalog::ResourceName;

/// Tasks of a municipality
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct MunicipalityTasks {
    /// Entries of the municipality that were last confirmed 12 months ago or more, or never. Longest overdue first.
    pub confirmations: Vec<DueConfirmation>,
    /// Submissions of the municipality in which changes were requested. Longest waiting first.
    pub changes: Vec<RequestedChange>,
}

/// An entry to confirm with `POST …/confirmations`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct DueConfirmation {
    /// Resource of the entry.
    pub resource: ResourceName,
    /// Entry to confirm.
    pub entry: Link,
    /// Date of the last confirmation. Omitted when the entry was never confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-01-31", nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// Freshness of the last confirmation: `due`, `stale` or `never`.
    pub freshness: Freshness,
}

/// A submission to change and submit again
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct RequestedChange {
    /// Path of the submission.
    #[schema(example = "/v1/submissions/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub submission: String,
    /// Resource of the submitted entry.
    pub resource: ResourceName,
    /// Slug in the submitted content. Omitted when the content has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "my-example", nullable = false)]
    pub slug: Option<String>,
    /// Time when changes were last requested (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub since: DateTime<Utc>,
    /// Comment of the reviewer on the request. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", nullable = false)]
    pub comment: Option<String>,
    /// Number of unresolved comments.
    #[schema(example = 2)]
    pub open_comments: i64,
}

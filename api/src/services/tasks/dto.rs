//! What waits for a municipality.

use chrono::{DateTime, NaiveDate, Utc};
use entity::vocabulary::Freshness;
use serde::Serialize;
use utoipa::ToSchema;

use crate::base::link::Link;
use crate::model::catalog::ResourceName;

/// What waits for a municipality
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Duties {
    /// Entries of its own that nobody has confirmed for a year, or ever: what waits longest comes first.
    pub confirmations: Vec<DueConfirmation>,
    /// Submissions of its own in which changes were requested, those that wait longest first.
    pub changes: Vec<RequestedChange>,
}

/// An entry that is to be confirmed, by `POST …/confirmations`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct DueConfirmation {
    /// The resource of the entry.
    pub resource: ResourceName,
    /// The entry.
    pub entry: Link,
    /// The day it was last confirmed; absent if it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-01-31", nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// How long ago that was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub freshness: Option<Freshness>,
}

/// A submission that is to be changed, and submitted again
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct RequestedChange {
    /// Path of the submission.
    #[schema(example = "/v1/submissions/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub submission: String,
    /// The resource of its entry.
    pub resource: ResourceName,
    /// Short name of its entry, as it is submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "my-example", nullable = false)]
    pub slug: Option<String>,
    /// When changes were requested.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub since: DateTime<Utc>,
    /// What was said with that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", nullable = false)]
    pub comment: Option<String>,
    /// Remarks that are not settled.
    #[schema(example = 2)]
    pub open_comments: i64,
}

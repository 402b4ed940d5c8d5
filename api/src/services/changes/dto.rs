//! Representations and parameters of the change feed.

use chrono::{DateTime, Utc};
use entity::vocabulary::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::BoundedInt;
use crate::model::catalog::ResourceName;

/// A page of the change feed
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Changes {
    /// Changes, oldest first.
    pub items: Vec<FeedChange>,
    /// Value of `after` for the next page. Equals the `after` of the request when there are no newer changes.
    #[schema(example = 13_089)]
    pub next: i64,
    /// Whether more changes are available now.
    #[schema(example = false)]
    pub more: bool,
}

/// A change of an entry, with the content of the entry after the change
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedChange {
    /// Position in the change feed, starting at 1, without gaps.
    #[schema(example = 13_089)]
    pub sequence: i64,
    /// Directory version of the change. Changes with the same number were made in one transaction.
    #[schema(example = 1)]
    pub directory_version: i64,
    /// Time of the change (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// Kind of change. After `delete`, the entry no longer exists.
    pub action: Action,
    /// Resource of the entry.
    pub resource: ResourceName,
    /// ID of the entry (UUID). It never changes.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub entry: Uuid,
    /// Slug of the entry after the change.
    #[schema(example = "ulm")]
    pub slug: String,
    /// Path of the entry, by its ID.
    #[schema(example = "/v1/projects/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub href: String,
    /// Content of the entry after the change, in the form that `PUT` accepts. Omitted when the entry was deleted by this or a
    /// later change.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "water", "title": { "de": "Wasser" } }), nullable = false)]
    pub content: Option<Value>,
}

/// Parameters of the change feed.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesQuery {
    /// `sequence` of the last change already read. Defaults to 0, the start of the feed.
    #[param(inline, example = 12_000)]
    pub after: Option<BoundedInt<0, { i64::MAX }>>,
    /// Resource of the entries. Repeat for alternatives.
    #[param(style = Form, explode = true, inline, example = json!(["projects"]))]
    pub resource: Vec<ResourceName>,
    /// Maximum number of changes on a page. A page with large entries may have fewer. Defaults to 100.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100, example = 100)]
    pub limit: Option<BoundedInt<1, 1000>>,
    /// Maximum time in seconds to wait for a change when there is none. Defaults to 0.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 25, default = 0, example = 0)]
    pub wait: Option<BoundedInt<0, 25>>,
}

//! What the feed of changes looks like to the world.

use chrono::{DateTime, Utc};
use entity::vocabulary::Action;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::http::BoundedInt;
use crate::model::catalog::ResourceName;

/// Changes in the order in which they were made
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Changes {
    /// The changes, oldest first.
    pub items: Vec<FeedChange>,
    /// Pass it as `after` to read on; where there is nothing new, it is what was passed.
    #[schema(example = 13_089)]
    pub next: i64,
    /// Is there more already?
    #[schema(example = false)]
    pub more: bool,
}

/// A change of an entry, with what the entry is afterwards
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedChange {
    /// Its place among all changes: 1, 2, 3, without gaps.
    #[schema(example = 13_089)]
    pub sequence: i64,
    /// The directory version it was made with; changes of one number were made at once.
    #[schema(example = 1)]
    pub number: i64,
    /// When it was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub at: DateTime<Utc>,
    /// What was done; after `delete`, the entry is gone.
    pub action: Action,
    /// The resource of the entry.
    pub resource: ResourceName,
    /// Id of the entry, which stays whatever else changes.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub entry: Uuid,
    /// Short name of the entry, as it was afterwards.
    #[schema(example = "ulm")]
    pub slug: String,
    /// Path of the entry by its id.
    #[schema(example = "/v1/projects/0197f2a0-0000-7000-8000-000000000000", format = "uri-reference")]
    pub href: String,
    /// What was set of the entry, as `PUT` takes it: enough to keep a mirror. Absent where it is deleted, then or since.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "water", "label": { "de": "Wasser" } }), nullable = false)]
    pub content: Option<Value>,
}

/// What of the feed is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ChangesQuery {
    /// Only changes after this one, by its `sequence`; from the first without it.
    #[param(value_type = Option<i64>, minimum = 0, example = 12_000)]
    pub after: Option<BoundedInt<0, { i64::MAX }>>,
    /// Only changes of these resources; repeat for alternatives.
    #[param(style = Form, explode = true, inline, example = json!(["projects"]))]
    pub resource: Vec<ResourceName>,
    /// Changes at most.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1000, default = 100, example = 100)]
    pub limit: Option<BoundedInt<1, 1000>>,
    /// Seconds to wait for a change where there is none yet.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 25, default = 0, example = 0)]
    pub wait: Option<BoundedInt<0, 25>>,
}

//! Links to entries.

use entity::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::public_url::public_path;

/// Link to an entry
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Slug of the entry.
    #[schema(example = "ulm")]
    pub slug: String,
    /// Title of the entry.
    #[schema(example = json!({ "de": "Ulm" }))]
    pub title: Text,
    /// Path of the entry.
    #[schema(example = "/v1/projects/ulm", format = "uri-reference")]
    pub href: String,
}

impl Link {
    /// Returns the link to an entry of a collection, such as `projects`.
    pub(crate) fn new(collection: &str, id: Uuid, slug: String, title: Text) -> Self {
        Self { href: public_path(format_args!("/v1/{collection}/{slug}")), id, slug, title }
    }
}

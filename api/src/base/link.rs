//! Links to entries.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Link to an entry
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Slug of the entry.
    #[schema(example = "ulm")]
    pub slug: String,
    /// Title of the entry, in German.
    #[schema(example = "Ulm")]
    pub name: String,
    /// Path of the entry.
    #[schema(example = "/v1/projects/ulm", format = "uri-reference")]
    pub href: String,
}

impl Link {
    pub(crate) fn new(collection: &str, id: Uuid, slug: String, name: String) -> Self {
        Self { href: format!("/v1/{collection}/{slug}"), id, slug, name }
    }
}

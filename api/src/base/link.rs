//! A related entry, as answers show it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A related entry, small
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Link {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Short name of the entry in addresses.
    #[schema(example = "ulm")]
    pub slug: String,
    /// What the entry is called, in German.
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

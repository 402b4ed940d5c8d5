//! Link to a municipality in a representation.

use entity::Text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::catalog::MUNICIPALITIES;

/// Link to a municipality
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct MunicipalityLink {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// Official municipality key (AGS). Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "08335043", nullable = false)]
    pub ags: Option<String>,
    /// Title.
    #[schema(example = json!({ "de": "Konstanz" }))]
    pub title: Text,
    /// Path of the entry.
    #[schema(example = "/v1/municipalities/konstanz", format = "uri-reference")]
    pub href: String,
}

impl MunicipalityLink {
    /// Returns the link to a municipality.
    pub(crate) fn new(id: Uuid, slug: String, ags: Option<String>, title: Text) -> Self {
        Self { href: MUNICIPALITIES.href(&slug), id, slug, ags, title }
    }

    /// Returns the official key, or the slug if the municipality has none. Files and inputs identify the municipality by
    /// this key.
    pub(crate) fn key(self) -> String {
        self.ags.unwrap_or(self.slug)
    }
}

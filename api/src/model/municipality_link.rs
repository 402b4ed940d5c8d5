//! A related municipality, as answers show it.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::catalog::MUNICIPALITIES;

/// A related municipality, small
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MunicipalityLink {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// Official key, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "08335043", nullable = false)]
    pub ags: Option<String>,
    /// What it is called.
    #[schema(example = "Konstanz")]
    pub name: String,
    /// Path of the entry.
    #[schema(example = "/v1/municipalities/konstanz", format = "uri-reference")]
    pub href: String,
}

impl MunicipalityLink {
    pub(crate) fn new(id: Uuid, slug: String, ags: Option<String>, name: String) -> Self {
        Self { href: MUNICIPALITIES.href(&slug), id, slug, ags, name }
    }

    /// How a file names it: by official key, or by slug where there is none.
    pub(crate) fn key(self) -> String {
        self.ags.unwrap_or(self.slug)
    }
}

//! Request body of webhooks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::base::error::Rule;
use crate::base::validation::Received;
use crate::base::validation::rules::{self, broken_at};
use crate::model::catalog::ResourceName;

/// A webhook to create or replace
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "is_told_of_something", skip_on_field_errors = false))]
pub(super) struct WebhookInput {
    /// URL of the endpoint. Must be an `https` URL with a public address.
    #[validate(custom(function = "rules::url"))]
    #[schema(example = "https://example.org/hooks/atlas", format = "iri", max_length = 2000)]
    pub url: String,
    /// Description of the purpose, up to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Spiegel im Geoportal", min_length = 1, max_length = 200)]
    pub description: Option<String>,
    /// Resources whose changes are delivered. Defaults to all resources.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10))]
    #[schema(max_items = 10)]
    pub resources: Vec<ResourceName>,
    /// Slugs or IDs of themes. Changes are delivered if the entry is, has or had one of these themes. Defaults to all
    /// entries.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::names"))]
    #[schema(example = json!(["mobility"]), max_items = 50)]
    pub themes: Vec<String>,
    /// Official keys, slugs or IDs of municipalities. Changes are delivered if the entry is one of these municipalities, or
    /// refers or referred to one of them. Defaults to all entries.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::names"))]
    #[schema(example = json!(["08335043"]), max_items = 50)]
    pub municipalities: Vec<String>,
    /// Whether changes of entries are delivered. Defaults to `true`.
    #[serde(default = "yes")]
    #[schema(example = true)]
    pub changes: bool,
    /// Whether steps of submissions are delivered: those owned by the municipalities of the token, or for a token not bound to
    /// municipalities those created by its subject. Requires `submissions:write`. Defaults to `false`.
    #[serde(default)]
    #[schema(example = false)]
    pub submissions: bool,
    /// Whether the webhook receives messages. Defaults to `true`.
    #[serde(default = "yes")]
    #[schema(example = true)]
    pub active: bool,
}

fn is_told_of_something(input: &WebhookInput) -> Result<(), ValidationError> {
    if input.changes || input.submissions { Ok(()) } else { Err(broken_at("changes", Rule::NoMessages {})) }
}

fn yes() -> bool {
    true
}

impl Received for WebhookInput {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "owner",
        "token",
        "ends_at",
        "inactive_because",
        "rests_until",
        "former_until",
        "created_at",
        "updated_at",
        "secret",
    ];
}

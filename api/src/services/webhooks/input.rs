//! What can be sent of a webhook.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use crate::base::validation::rules::{self, broken_at};
use crate::model::catalog::ResourceName;

/// What can be set of a webhook
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "is_told_of_something", skip_on_field_errors = false))]
pub(super) struct WebhookInput {
    /// Where messages are sent: an `https` address in the public internet.
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://example.org/hooks/atlas", format = "iri", max_length = 2000)]
    pub url: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Spiegel im Geoportal", min_length = 1, max_length = 200)]
    pub description: Option<String>,
    /// It is told of changes of these resources; of all, where none is named.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(length(max = 10, message = "must be at most 10 resources"))]
    #[schema(max_items = 10)]
    pub resources: Vec<ResourceName>,
    /// Slugs or ids of themes.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::names"))]
    #[schema(example = json!(["mobility"]), max_items = 50)]
    pub themes: Vec<String>,
    /// Official keys, slugs or ids of municipalities.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    #[validate(custom(function = "rules::names"))]
    #[schema(example = json!(["08335043"]), max_items = 50)]
    pub municipalities: Vec<String>,
    /// Is it to be told of changes of the directory? Yes, without it.
    #[serde(default = "yes")]
    #[schema(example = true)]
    pub changes: bool,
    /// Is it to be told of the steps of submissions: of the municipalities that the token acts for, or those it submitted itself?
    #[serde(default)]
    #[schema(example = false)]
    pub submissions: bool,
    /// Is it to be told of anything? Yes, without it.
    #[serde(default = "yes")]
    #[schema(example = true)]
    pub active: bool,
}

fn is_told_of_something(input: &WebhookInput) -> Result<(), ValidationError> {
    if input.changes || input.submissions {
        Ok(())
    } else {
        Err(broken_at("changes", "must be true, or `submissions` must: it is told of nothing"))
    }
}

fn yes() -> bool {
    true
}

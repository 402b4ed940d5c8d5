//! What entries are called elsewhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::base::validation::rules;

/// A name in another register
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    /// The register.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "wikidata", min_length = 1, max_length = 200)]
    pub scheme: String,
    /// The name in it.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Q3012", min_length = 1, max_length = 200)]
    pub value: String,
}

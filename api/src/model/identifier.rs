//! Identifiers of entries in other registers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::base::validation::rules;

/// Identifier in another register
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    /// Name of the register.
    #[validate(custom(function = "rules::identifier"))]
    #[schema(example = "wikidata", min_length = 1, max_length = 200)]
    pub scheme: String,
    /// Identifier in the register.
    #[validate(custom(function = "rules::identifier"))]
    #[schema(example = "Q3012", min_length = 1, max_length = 200)]
    pub value: String,
}

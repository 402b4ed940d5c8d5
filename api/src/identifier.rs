//! What entries are called elsewhere.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::validate;

/// A name in another register
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identifier {
    /// The register.
    #[validate(custom(function = "validate::name"))]
    #[schema(example = "wikidata")]
    pub scheme: String,
    /// The name in it.
    #[validate(custom(function = "validate::name"))]
    #[schema(example = "Q3012")]
    pub value: String,
}

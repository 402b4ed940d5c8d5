//! Multilingual texts.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Text in German and, optionally, in English
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// German.
    #[schema(example = "Mobilität und Verkehr", min_length = 1)]
    pub de: String,
    /// English. Omitted when there is no translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "Mobility and transport", min_length = 1, nullable = false)]
    pub en: Option<String>,
}

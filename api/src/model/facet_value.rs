//! A value of a facet, with the number of entries.

use entity::Text;
use serde::Serialize;
use utoipa::ToSchema;

/// Value of a facet
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FacetValue {
    /// Value to use in the filter of the same name.
    #[schema(example = "DE-BW")]
    pub value: String,
    /// Label to display.
    pub label: Text,
    /// Number of entries with the value that match the other filters.
    #[schema(example = 9)]
    pub count: i64,
}

//! A value of a facet, and how many entries have it.

use entity::Text;
use serde::Serialize;
use utoipa::ToSchema;

/// One value of a facet
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Bucket)]
pub(crate) struct FacetValue {
    /// What to write in the filter of the same name.
    #[schema(example = "DE-BW")]
    pub value: String,
    /// What to show for it.
    pub label: Text,
    /// How many entries there are with it, the other filters in force.
    #[schema(example = 9)]
    pub count: i64,
}

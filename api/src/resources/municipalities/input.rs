//! Writable members of a municipality, with their validation.

use chrono::NaiveDate;
use entity::Text;
use entity::vocabulary::{FederalState, MunicipalityKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::dto::Municipality;
use crate::base::dates;
use crate::base::text_limits::ShortText;
use crate::base::validation::{Received, rules};
use crate::model::ags;
use crate::model::geo::Location;

/// Writable members of a municipality
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "official_key", skip_on_field_errors = false))]
pub(crate) struct MunicipalityInput {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ags: Option<String>,
    #[validate(custom(function = "rules::slug"))]
    #[schema(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$", min_length = 2, max_length = 100)]
    pub slug: String,
    #[validate(custom(function = "rules::label"))]
    #[schema(value_type = ShortText)]
    pub title: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(min_length = 1, max_length = 200)]
    pub designation: Option<String>,
    pub kind: MunicipalityKind,
    pub federal_state: FederalState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0, max = 100_000_000))]
    #[schema(minimum = 0, maximum = 100_000_000)]
    pub population: Option<i32>,
    #[serde(default, deserialize_with = "dates::read", skip_serializing_if = "Option::is_none")]
    pub population_as_of: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0.0, max = 100_000.0))]
    #[schema(minimum = 0, maximum = 100_000)]
    pub area_km2: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(nested)]
    pub location: Option<Location>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(format = "iri", max_length = 2000)]
    pub website: Option<String>,
}

fn official_key(input: &MunicipalityInput) -> Result<(), ValidationError> {
    input.ags.as_ref().map_or(Ok(()), |ags| ags::check(ags, input.kind, input.federal_state))
}

impl Received for MunicipalityInput {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "district",
        "district_ags",
        "size_class",
        "projects",
        "working_groups",
        "learning_partnerships",
        "lists",
        "highlight",
        "created_at",
        "updated_at",
    ];
}

impl From<Municipality> for MunicipalityInput {
    fn from(entry: Municipality) -> Self {
        Self {
            ags: entry.ags,
            slug: entry.slug,
            title: entry.title,
            designation: entry.designation,
            kind: entry.kind,
            federal_state: entry.federal_state,
            population: entry.population,
            population_as_of: entry.population_as_of,
            area_km2: entry.area_km2,
            location: entry.location,
            website: entry.website,
        }
    }
}

//! `GeoJSON` (RFC 7946): entries as features, their members as properties.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::Record;
use crate::space::Location;

/// An entry on the map, as RFC 7946 writes it
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Feature {
    /// Always `Feature`.
    #[schema(pattern = "^Feature$", example = "Feature")]
    r#type: &'static str,
    /// Id of the entry.
    #[schema(value_type = String, example = "0197f2a0-0000-7000-8000-000000000000")]
    id: Value,
    /// Where it is; `null` where that is not known.
    geometry: Option<Point>,
    /// The members of the entry.
    #[schema(value_type = Object)]
    properties: Value,
}

/// A point in WGS 84
#[derive(Debug, Serialize, ToSchema)]
struct Point {
    /// Always `Point`.
    #[schema(pattern = "^Point$", example = "Point")]
    r#type: &'static str,
    /// Longitude and latitude in degrees.
    #[schema(example = json!([9.99, 48.4]))]
    coordinates: [f64; 2],
}

/// Entries on the map, as RFC 7946 writes them
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeatureCollection {
    /// Always `FeatureCollection`.
    #[schema(pattern = "^FeatureCollection$", example = "FeatureCollection")]
    r#type: &'static str,
    /// The entries.
    features: Vec<Feature>,
}

impl Feature {
    /// The feature of a record, of which `shown` is what the client asked to see.
    pub(crate) fn new(record: &impl Record, id: Value, shown: Value) -> Self {
        let point = |Location { lon, lat }| Point { r#type: "Point", coordinates: [lon, lat] };
        Self { r#type: "Feature", id, geometry: record.location().map(point), properties: shown }
    }
}

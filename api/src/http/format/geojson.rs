//! `GeoJSON` (RFC 7946): entries as features, with their members as properties.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record::Record;
use crate::model::geo::Location;

/// An entry as a `GeoJSON` feature (RFC 7946)
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Feature {
    /// Always `Feature`.
    #[schema(pattern = "^Feature$", example = "Feature")]
    r#type: &'static str,
    /// ID of the entry.
    #[schema(value_type = String, example = "0197f2a0-0000-7000-8000-000000000000")]
    id: Value,
    /// Location of the entry. `null` when unknown.
    geometry: Option<Geometry>,
    /// Members of the entry, as in `json`.
    #[schema(value_type = Object)]
    properties: Value,
}

/// One or more points in WGS 84
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", content = "coordinates")]
enum Geometry {
    /// Longitude and latitude in degrees.
    #[schema(example = json!({ "type": "Point", "coordinates": [9.99, 48.4] }))]
    Point([f64; 2]),
    /// Longitudes and latitudes in degrees.
    #[schema(example = json!({ "type": "MultiPoint", "coordinates": [[9.99, 48.4], [10.09, 48.84]] }))]
    MultiPoint(Vec<[f64; 2]>),
}

/// Entries as a `GeoJSON` feature collection (RFC 7946)
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeatureCollection {
    /// Always `FeatureCollection`.
    #[schema(pattern = "^FeatureCollection$", example = "FeatureCollection")]
    r#type: &'static str,
    /// Entries, as features.
    features: Vec<Feature>,
}

impl Feature {
    /// Returns the feature of a record. `shown` contains the members that the client requested.
    pub(crate) fn new(record: &impl Record, id: Value, shown: Value) -> Self {
        let places: Vec<[f64; 2]> = record.places().iter().map(|Location { lon, lat }| [*lon, *lat]).collect();
        let geometry = match places.as_slice() {
            [] => None,
            [place] => Some(Geometry::Point(*place)),
            _ => Some(Geometry::MultiPoint(places)),
        };
        Self { r#type: "Feature", id, geometry, properties: shown }
    }
}

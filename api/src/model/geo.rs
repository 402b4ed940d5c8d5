//! Points, bounding boxes and distances.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::base::error::{Rule, StringFormat};

/// Point in the WGS 84 coordinate system
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Location {
    /// Longitude in degrees, -180 to 180.
    #[schema(example = 9.98695, minimum = -180, maximum = 180)]
    #[validate(range(min = -180.0, max = 180.0))]
    pub lon: f64,
    /// Latitude in degrees, -90 to 90.
    #[schema(example = 48.39841, minimum = -90, maximum = 90)]
    #[validate(range(min = -90.0, max = 90.0))]
    pub lat: f64,
}

impl Location {
    /// Returns the location, or `None` when a coordinate is missing.
    pub(crate) fn of(lon: Option<f64>, lat: Option<f64>) -> Option<Self> {
        lon.zip(lat).map(|(lon, lat)| Self { lon, lat })
    }
}

/// A bounding box: western, southern, eastern and northern edge in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = r"^-?[0-9]{1,3}(\.[0-9]+)?,-?[0-9]{1,3}(\.[0-9]+)?,-?[0-9]{1,3}(\.[0-9]+)?,-?[0-9]{1,3}(\.[0-9]+)?$")]
pub(crate) struct Bbox(pub [f64; 4]);

impl TryFrom<String> for Bbox {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        let help = || Rule::Format { expected: StringFormat::Bbox };
        let edges @ [west, south, east, north] = numbers(&text).ok_or_else(help)?;
        let fits = on_earth(west, south) && on_earth(east, north) && west <= east && south <= north;
        if fits { Ok(Self(edges)) } else { Err(help()) }
    }
}

/// The centre of a search by distance.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = r"^-?(180(\.0+)?|(1[0-7][0-9]|[0-9]{1,2})(\.[0-9]+)?),-?(90(\.0+)?|[0-8]?[0-9](\.[0-9]+)?)$")]
pub(crate) struct Near(pub Location);

impl TryFrom<String> for Near {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        let help = || Rule::Format { expected: StringFormat::Point };
        let [lon, lat] = numbers(&text).ok_or_else(help)?;
        if on_earth(lon, lat) { Ok(Self(Location { lon, lat })) } else { Err(help()) }
    }
}

/// A distance in kilometres, from 0.1 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Kilometres(pub f64);

impl Default for Kilometres {
    fn default() -> Self {
        Self(25.0)
    }
}

impl TryFrom<String> for Kilometres {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        match text.parse() {
            Ok(distance) if (0.1..=1000.0).contains(&distance) => Ok(Self(distance)),
            _ => Err(Rule::decimals(0.1, 1000.0)),
        }
    }
}

fn numbers<const N: usize>(text: &str) -> Option<[f64; N]> {
    let numbers: Result<Vec<f64>, _> = text.split(',').map(|part| part.trim().parse()).collect();
    numbers.ok()?.try_into().ok()
}

fn on_earth(lon: f64, lat: f64) -> bool {
    (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)
}

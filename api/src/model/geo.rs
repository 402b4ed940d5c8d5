//! Points, bounding boxes and distances.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};
use serde_json::Number;
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
        if !fits {
            Err(help())
        } else if !meets_germany(edges) && meets_germany([south, west, north, east]) {
            Err(Rule::CoordinateOrder { value: text, suggestion: format!("{south},{west},{north},{east}") })
        } else {
            Ok(Self(edges))
        }
    }
}

/// The centre of a search by distance, in Germany or close to it.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(value_type = String, pattern = r"^(5\.[5-9][0-9]*|([6-9]|1[0-4])(\.[0-9]+)?|15(\.([0-4][0-9]*|50*))?),((4[7-9]|5[0-4])(\.[0-9]+)?|55(\.([0-4][0-9]*|50*))?)$")]
pub(crate) struct Near(pub Location);

/// Longitudes and latitudes of Germany, with a margin.
const GERMANY: (RangeInclusive<f64>, RangeInclusive<f64>) = (5.5..=15.5, 47.0..=55.5);

impl TryFrom<String> for Near {
    type Error = Rule;

    fn try_from(text: String) -> Result<Self, Rule> {
        let help = || Rule::Format { expected: StringFormat::Point };
        let [lon, lat] = numbers(&text).ok_or_else(help)?;
        if in_germany(lon, lat) {
            Ok(Self(Location { lon, lat }))
        } else if in_germany(lat, lon) {
            Err(Rule::CoordinateOrder { value: text, suggestion: format!("{lat},{lon}") })
        } else if on_earth(lon, lat) {
            Err(outside_germany(text))
        } else {
            Err(help())
        }
    }
}

/// Returns the rule for a point outside Germany, where a search finds no entries.
fn outside_germany(value: String) -> Rule {
    let bound = |bound: &f64| Number::from_f64(*bound).unwrap_or_else(|| 0.into());
    let (lon, lat) = GERMANY;
    let (west, east) = (bound(lon.start()), bound(lon.end()));
    Rule::OutsideGermany { value, west, east, south: bound(lat.start()), north: bound(lat.end()) }
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

fn in_germany(lon: f64, lat: f64) -> bool {
    GERMANY.0.contains(&lon) && GERMANY.1.contains(&lat)
}

fn meets_germany([west, south, east, north]: [f64; 4]) -> bool {
    let (lon, lat) = GERMANY;
    west <= *lon.end() && east >= *lon.start() && south <= *lat.end() && north >= *lat.start()
}

fn on_earth(lon: f64, lat: f64) -> bool {
    (-180.0..=180.0).contains(&lon) && (-90.0..=90.0).contains(&lat)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounding_box_outside_germany_is_rejected_only_with_swapped_coordinates() {
        let bbox = |text: &str| Bbox::try_from(text.to_owned());

        for possible in ["9.9,48.3,10.1,48.5", "-180,-90,180,90", "0,0,1,1", "16,40,50,60"] {
            assert!(bbox(possible).is_ok(), "{possible}");
        }
        let swapped = Rule::CoordinateOrder { value: "47,5,55,15".to_owned(), suggestion: "5,47,15,55".to_owned() };
        assert_eq!(bbox("47,5,55,15"), Err(swapped));
        assert_eq!(bbox("10.1,48.3,9.9,48.5"), Err(Rule::Format { expected: StringFormat::Bbox }));
    }

    #[test]
    fn point_outside_germany_is_rejected_with_a_coordinate_hint() {
        let near = |text: &str| Near::try_from(text.to_owned());

        for inside in ["13.4,52.5", "5.5,47", "15.5,55.5", " 9.99 , 48.40 "] {
            assert!(near(inside).is_ok(), "{inside}");
        }
        let swapped = Rule::CoordinateOrder { value: "52.5,13.4".to_owned(), suggestion: "13.4,52.5".to_owned() };
        assert_eq!(near("52.5,13.4"), Err(swapped));
        for outside in ["5.4,50", "15.6,50", "10,46.9", "10,55.6", "0,0", "-9.99,48.4"] {
            assert_eq!(near(outside), Err(outside_germany(outside.to_owned())), "{outside}");
        }
        for nowhere in ["", "9.99", "181,48", "9.99,91", "NaN,48"] {
            assert_eq!(near(nowhere), Err(Rule::Format { expected: StringFormat::Point }), "{nowhere}");
        }
    }
}

//! Where things are, and which of them are in a box or near a point.

use std::collections::HashMap;

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::base::error::Result;
use crate::query::keyset::SortKey;

/// A point in WGS 84
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Location {
    /// Longitude in degrees.
    #[schema(example = 9.98695, minimum = -180, maximum = 180)]
    #[validate(range(min = -180.0, max = 180.0, message = "must be degrees from -180 to 180"))]
    pub lon: f64,
    /// Latitude in degrees.
    #[schema(example = 48.39841, minimum = -90, maximum = 90)]
    #[validate(range(min = -90.0, max = 90.0, message = "must be degrees from -90 to 90"))]
    pub lat: f64,
}

impl Location {
    /// Both coordinates, or nowhere.
    pub(crate) fn of(lon: Option<f64>, lat: Option<f64>) -> Option<Self> {
        lon.zip(lat).map(|(lon, lat)| Self { lon, lat })
    }
}

/// A box: west, south, east and north edge in degrees.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Bbox([f64; 4]);

impl TryFrom<String> for Bbox {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let help = || format!("`{text}` is no box; write west,south,east,north in degrees, such as 5.9,47.3,15.1,55.1");
        let edges @ [west, south, east, north] = numbers(&text).ok_or_else(help)?;
        let fits = on_earth(west, south) && on_earth(east, north) && west <= east && south <= north;
        if fits { Ok(Self(edges)) } else { Err(help()) }
    }
}

/// A point to be near to.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Near(Location);

impl TryFrom<String> for Near {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let help = || format!("`{text}` is no point; write lon,lat in degrees, such as 9.99,48.40");
        let [lon, lat] = numbers(&text).ok_or_else(help)?;
        if on_earth(lon, lat) { Ok(Self(Location { lon, lat })) } else { Err(help()) }
    }
}

/// A distance in kilometres.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Kilometres(f64);

impl Default for Kilometres {
    fn default() -> Self {
        Self(25.0)
    }
}

impl TryFrom<String> for Kilometres {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.parse() {
            Ok(distance) if (0.1..=1000.0).contains(&distance) => Ok(Self(distance)),
            _ => Err(format!("`{text}` does not fit; write kilometres from 0.1 to 1000")),
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

/// Columns `lon` and `lat` inside the box; served by an index on `point(lon, lat)`.
impl Bbox {
    pub(crate) fn condition(self) -> Expr {
        Expr::cust_with_values("point(lon, lat) <@ box(point($1, $2), point($3, $4))", self.0)
    }
}

/// The order by distance of entries that have places in a view `<table>_place`; those without one come last.
pub(crate) fn nearest(table: &str, near: Near) -> SortKey {
    let sql = format!("coalesce((select min($1) from {table}_place where {table}_id = {table}.id), 1e9)");
    SortKey::number(Expr::cust_with_expr(sql, near.distance()))
}

/// Where some entries are, by a view `<table>_place`: one statement, however many there are.
pub(crate) async fn places(
    db: &impl ConnectionTrait,
    table: &str,
    entries: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Location>>> {
    #[derive(FromQueryResult)]
    struct Found {
        entry_id: Uuid,
        lon: f64,
        lat: f64,
    }
    let sql = format!(
        "select {table}_id as entry_id, lon, lat from {table}_place where {table}_id = any ($1) \
          group by 1, 2, 3 order by 1, min(position)"
    );
    let found = Statement::from_sql_and_values(db.get_database_backend(), sql, [entries.to_vec().into()]);
    let mut places: HashMap<Uuid, Vec<Location>> = HashMap::new();
    for Found { entry_id, lon, lat } in Found::find_by_statement(found).all(db).await? {
        places.entry(entry_id).or_default().push(Location { lon, lat });
    }
    Ok(places)
}

/// Degrees of latitude in a kilometre.
const DEGREE: f64 = 1.0 / 111.19;

impl Near {
    /// Columns `lon` and `lat` within the radius: the box around it by index, then the true distance.
    pub(crate) fn condition(self, Kilometres(radius): Kilometres) -> Expr {
        let Location { lon, lat } = self.0;
        let high = radius * DEGREE;
        // Meridians are closest at the edge that is nearer to a pole.
        let wide = high / (lat.abs() + high).min(89.0).to_radians().cos();
        let values = [lon - wide, lat - high, lon + wide, lat + high, lon, lat, radius];
        let sql = format!("(point(lon, lat) <@ box(point($1, $2), point($3, $4)) and {} <= $7)", haversine("$5", "$6"));
        Expr::cust_with_values(sql, values)
    }

    /// Kilometres from columns `lon` and `lat`.
    pub(crate) fn distance(self) -> Expr {
        Expr::cust_with_values(haversine("$1", "$2"), [self.0.lon, self.0.lat])
    }
}

fn haversine(lon: &str, lat: &str) -> String {
    format!(
        "(2 * 6371.0088 * asin(least(1, sqrt(sin(radians(lat - {lat}) / 2) ^ 2 + cos(radians(lat)) * cos(radians({lat})) \
         * sin(radians(lon - {lon}) / 2) ^ 2))))"
    )
}

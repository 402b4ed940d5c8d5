//! Geographic conditions and sort keys in SQL.

use std::collections::HashMap;

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::Result;
use crate::model::geo::{Bbox, Kilometres, Location, Near};
use crate::query::keyset::SortKey;

impl Bbox {
    /// Returns the SQL condition that the columns `lon` and `lat` are inside the box. It uses an index on `point(lon, lat)`.
    pub(crate) fn condition(self) -> Expr {
        Expr::cust_with_values("point(lon, lat) <@ box(point($1, $2), point($3, $4))", self.0)
    }
}

/// Returns the sort key by distance to a point, from the view `<table>_place`. Entries without a location come last.
pub(crate) fn nearest(table: &str, near: Near) -> SortKey {
    let text = format!("coalesce((select min($1) from {table}_place where {table}_id = {table}.id), 1e9)");
    SortKey::number(Expr::cust_with_expr(text, near.distance()))
}

/// Returns the locations of some entries from the view `<table>_place`, in one statement.
pub(crate) async fn places(
    db: &impl ConnectionTrait,
    table: &str,
    entries: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Location>>> {
    #[derive(FromQueryResult)]
    struct PlaceRow {
        entry_id: Uuid,
        lon: f64,
        lat: f64,
    }
    let text = format!(
        "select {table}_id as entry_id, lon, lat from {table}_place where {table}_id = any ($1) \
          group by 1, 2, 3 order by 1, min(position), 2, 3"
    );
    let found = sql(&text, [entries.to_vec().into()]);
    let mut places: HashMap<Uuid, Vec<Location>> = HashMap::new();
    for PlaceRow { entry_id, lon, lat } in PlaceRow::find_by_statement(found).all(db).await? {
        places.entry(entry_id).or_default().push(Location { lon, lat });
    }
    Ok(places)
}

/// Degrees of latitude per kilometre.
const DEGREE: f64 = 1.0 / 111.19;

impl Near {
    /// Returns the SQL condition that the columns `lon` and `lat` are within the radius. An index finds the points in the
    /// bounding box, whose exact distance is then compared.
    pub(crate) fn condition(self, Kilometres(radius): Kilometres) -> Expr {
        let Location { lon, lat } = self.0;
        let high = radius * DEGREE;
        // Meridians are closest together at the edge nearest to a pole.
        let wide = high / (lat.abs() + high).min(89.0).to_radians().cos();
        let values = [lon - wide, lat - high, lon + wide, lat + high, lon, lat, radius];
        let text =
            format!("(point(lon, lat) <@ box(point($1, $2), point($3, $4)) and {} <= $7)", haversine("$5", "$6"));
        Expr::cust_with_values(text, values)
    }

    /// Returns the distance from the columns `lon` and `lat` in kilometres, as SQL.
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

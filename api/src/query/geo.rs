//! Which entries are in a box or near a point, in SQL.

use std::collections::HashMap;

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use uuid::Uuid;

use crate::base::error::Result;
use crate::model::geo::{Bbox, Kilometres, Location, Near};
use crate::query::keyset::SortKey;

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
    struct PlaceRow {
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
    for PlaceRow { entry_id, lon, lat } in PlaceRow::find_by_statement(found).all(db).await? {
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

//! What the database does to keep municipalities, and to know those that others name.

use std::collections::HashMap;

use entity::municipality::{self, Column, Model};
use entity::vocabulary::FederalState;
use sea_orm::prelude::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

use super::dto::{MunicipalityInput, MunicipalityLink};
use super::query::RESOURCE;
use crate::db::{Stored, Write, upsert};
use crate::error::Result;
use crate::search;
use crate::space::Location;

/// What a change writes.
const WRITTEN: [Column; 14] = [
    Column::Slug,
    Column::Ags,
    Column::Name,
    Column::Designation,
    Column::Kind,
    Column::FederalState,
    Column::Population,
    Column::PopulationAsOf,
    Column::AreaKm2,
    Column::Lon,
    Column::Lat,
    Column::Website,
    Column::Revision,
    Column::UpdatedAt,
];

/// What was set of the municipalities with these official keys or slugs, or of all.
pub(crate) async fn current(
    db: &impl ConnectionTrait,
    keys: Option<Vec<String>>,
) -> Result<Vec<(Uuid, MunicipalityInput)>> {
    let rows = municipality::Entity::find().apply_if(keys, |rows, keys| {
        rows.filter(Expr::cust_with_values("(municipality.ags = any ($1) or municipality.slug = any ($1))", [keys]))
    });
    let mut rows = rows.all(db).await?;
    rows.sort_by(|left, right| (&left.ags, &left.slug).cmp(&(&right.ags, &right.slug)));
    let input = |row: Model| {
        let input = MunicipalityInput {
            ags: row.ags,
            slug: row.slug,
            name: row.name,
            designation: row.designation,
            kind: row.kind,
            federal_state: row.federal_state,
            population: row.population,
            population_as_of: row.population_as_of,
            area_km2: row.area_km2,
            location: Location::of(row.lon, row.lat),
            website: row.website,
        };
        (row.id, input)
    };
    Ok(rows.into_iter().map(input).collect())
}

impl MunicipalityInput {
    /// The pattern names every field: one that nobody stores does not compile.
    fn into_row(self, id: Uuid, write: &Write) -> municipality::ActiveModel {
        let Self {
            ags,
            slug,
            name,
            designation,
            kind,
            federal_state,
            population,
            population_as_of,
            area_km2,
            location,
            website,
        } = self;
        municipality::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            ags: Set(ags),
            name: Set(name),
            designation: Set(designation),
            kind: Set(kind),
            federal_state: Set(federal_state),
            population: Set(population),
            population_as_of: Set(population_as_of),
            area_km2: Set(area_km2),
            lon: Set(location.map(|location| location.lon)),
            lat: Set(location.map(|location| location.lat)),
            website: Set(website),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

/// Creates the municipalities, or changes those whose official key or slug is there and whose content differs.
pub(crate) async fn save(write: &Write, inputs: Vec<MunicipalityInput>) -> Result<Stored> {
    let keys = inputs.iter().flat_map(|input| input.ags.iter().chain([&input.slug])).cloned().collect();
    let mut known = HashMap::new();
    for (id, input) in current(&write.tx, Some(keys)).await? {
        known.extend(input.ags.clone().map(|ags| (ags, (id, input.clone()))));
        known.insert(input.slug.clone(), (id, input));
    }
    // Two bodies with keys are two, whatever their slugs.
    let by_key = |input: &MunicipalityInput| known.get(input.ags.as_ref()?);
    let by_slug = |input: &MunicipalityInput| {
        known.get(&input.slug).filter(|(_, known)| input.ags.is_none() || known.ags.is_none())
    };
    let mut stored = Stored::default();
    let rows = stored.changed(inputs, |input| by_key(input).or_else(|| by_slug(input)));
    let ids = rows.iter().map(|(id, _)| *id).collect();
    let rows = rows.into_iter().map(|(id, input)| input.into_row(id, write)).collect();
    upsert(&write.tx, rows, &WRITTEN).await?;
    search::refresh(&write.tx, RESOURCE, ids).await?;
    Ok(stored)
}

/// A municipality as other entries name and show it.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub link: MunicipalityLink,
    pub federal_state: FederalState,
    pub location: Option<Location>,
}

impl Member {
    /// How a file names it: by official key, or by slug where there is none.
    pub(crate) fn key(&self) -> String {
        self.link.ags.clone().unwrap_or_else(|| self.link.slug.clone())
    }

    pub(crate) fn new(row: Model) -> Self {
        let href = format!("/v1/municipalities/{}", row.slug);
        Self {
            link: MunicipalityLink { id: row.id, slug: row.slug, ags: row.ags, name: row.name, href },
            federal_state: row.federal_state,
            location: Location::of(row.lon, row.lat),
        }
    }
}

/// The municipalities named by official key, slug or id, under the name that was used.
pub(crate) async fn references(db: &impl ConnectionTrait, keys: &[String]) -> Result<HashMap<String, Member>> {
    const NAMED: &str = "(municipality.ags = any ($1) or municipality.slug = any ($1) or municipality.id = any ($2))";
    let ids: Vec<Uuid> = keys.iter().filter_map(|key| key.parse().ok()).collect();
    let named = Expr::cust_with_values(NAMED, [sea_orm::Value::from(keys.to_vec()), ids.into()]);
    let mut found = HashMap::new();
    for row in municipality::Entity::find().filter(named).all(db).await? {
        let reference = Member::new(row);
        found.insert(reference.link.id.to_string(), reference.clone());
        found.insert(reference.link.slug.clone(), reference.clone());
        found.insert(reference.key(), reference);
    }
    Ok(found)
}

//! Storage of municipalities.

use entity::municipality;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::dto::Municipality;
use super::input::MunicipalityInput;
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::write::ResolvedReferences;
use crate::write::input::Input;

impl Input for MunicipalityInput {
    type View = Municipality;
    fn slug(&self) -> &str {
        &self.slug
    }

    fn official(&self) -> Option<&str> {
        self.ags.as_deref()
    }

    fn responsible_municipalities(&self) -> Vec<&str> {
        vec![self.official().unwrap_or(&self.slug)]
    }

    async fn store(write: &Write, _: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await
    }
}

impl MunicipalityInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
    fn row(self, id: Uuid, write: &Write) -> municipality::ActiveModel {
        let Self {
            ags,
            slug,
            title,
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
            title: Set(title),
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

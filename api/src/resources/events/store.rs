//! Storage of events.

use entity::event;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::dto::Event;
use super::input::EventInput;
use super::query::{PROJECTS, THEMES};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::{self, MUNICIPALITIES};
use crate::write::input::Input;
use crate::write::{ReferenceField, ReferenceVisitor, ResolvedReferences, replace_related};

impl Input for EventInput {
    type View = Event;

    /// Responses contain the location of the municipality if the event has no location.
    fn keep_derived(&mut self, shown: &Event) {
        if self.location == shown.location {
            self.location = shown.own_location;
        }
    }

    fn slug(&self) -> &str {
        &self.slug
    }

    fn responsible_municipalities(&self) -> Vec<&str> {
        self.municipality.as_deref().into_iter().collect()
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        let municipality = self.municipality.iter_mut().map(|name| (0, name)).collect();
        visit(&ReferenceField::any(&MUNICIPALITIES, "municipality"), municipality);
        visit(&ReferenceField::once(&catalog::PROJECTS, "projects/*"), self.projects.iter_mut().enumerate().collect());
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let projects = references.ids(&catalog::PROJECTS, &entries, |input| &input.projects)?;
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        let rows: Result<Vec<_>> = entries.into_iter().map(|(id, input)| input.row(references, id, write)).collect();
        upsert(&write.tx, rows?).await?;
        replace_related(&write.tx, &PROJECTS, projects).await?;
        replace_related(&write.tx, &THEMES, themes).await
    }
}

impl EventInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    fn row(self, references: &ResolvedReferences, id: Uuid, write: &Write) -> Result<event::ActiveModel> {
        let Self {
            slug,
            title,
            kind,
            number,
            starts_on,
            ends_on,
            starts_at,
            ends_at,
            time_zone,
            venue,
            address,
            city,
            municipality,
            location,
            online,
            registration_url,
            free,
            status,
            summary,
            themes: _,
            projects: _,
            sources,
        } = self;
        Ok(event::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            kind: Set(kind),
            number: Set(number),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
            starts_at: Set(starts_at.map(|time| time.to_utc())),
            ends_at: Set(ends_at.map(|time| time.to_utc())),
            time_zone: Set(time_zone.map(|zone| zone.name().to_owned())),
            venue: Set(venue),
            address: Set(address),
            city: Set(city),
            municipality_id: Set(references.optional_id(&MUNICIPALITIES, municipality.as_ref())?),
            lon: Set(location.map(|location| location.lon)),
            lat: Set(location.map(|location| location.lat)),
            online: Set(online),
            registration_url: Set(registration_url),
            free: Set(free),
            status: Set(status),
            summary: Set(summary),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        })
    }
}

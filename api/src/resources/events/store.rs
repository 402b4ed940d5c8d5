//! What the database does to keep events.

use entity::event;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::input::EventInput;
use super::query::{PROJECTS, THEMES, views};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::MUNICIPALITIES;
use crate::model::catalog::Resource;
use crate::model::catalog::{self, EVENTS};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};

impl Input for EventInput {
    const RESOURCE: &'static Resource = &EVENTS;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn holders(&self) -> Vec<&str> {
        self.municipality.as_deref().into_iter().collect()
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        let municipality = self.municipality.iter_mut().map(|name| (0, name)).collect();
        visit(&Mention::any(&MUNICIPALITIES, "municipality"), municipality);
        visit(&Mention::once(&catalog::PROJECTS, "projects/*"), self.projects.iter_mut().enumerate().collect());
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &EVENTS, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let projects = known.ids(&catalog::PROJECTS, &entries, |input| &input.projects);
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(known, id, write)).collect()).await?;
        PROJECTS.put(&write.tx, projects).await?;
        THEMES.put(&write.tx, themes).await
    }
}

impl EventInput {
    /// The pattern names every field: one that nobody stores does not compile.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    fn row(self, known: &Known, id: Uuid, write: &Write) -> event::ActiveModel {
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
        event::ActiveModel {
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
            municipality_id: Set(municipality.and_then(|name| known.id(&MUNICIPALITIES, &name))),
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
        }
    }
}

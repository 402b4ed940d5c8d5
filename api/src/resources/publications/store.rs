//! What the database does to keep publications.

use entity::publication;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::input::PublicationInput;
use super::query::{PROJECTS, THEMES, views};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::Resource;
use crate::model::catalog::{self, PUBLICATIONS};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};

impl Input for PublicationInput {
    const RESOURCE: &'static Resource = &PUBLICATIONS;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit(&Mention::once(&catalog::PROJECTS, "projects/*"), self.projects.iter_mut().enumerate().collect());
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &PUBLICATIONS, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let projects = known.ids(&catalog::PROJECTS, &entries, |input| &input.projects);
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await?;
        PROJECTS.put(&write.tx, projects).await?;
        THEMES.put(&write.tx, themes).await
    }
}

impl PublicationInput {
    /// The pattern names every field: one that nobody stores does not compile.
    fn row(self, id: Uuid, write: &Write) -> publication::ActiveModel {
        let Self {
            slug,
            title,
            subtitle,
            kind,
            year,
            publishers,
            projects: _,
            themes: _,
            language,
            url,
            doi,
            summary,
            sources,
        } = self;
        publication::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            subtitle: Set(subtitle),
            kind: Set(kind),
            year: Set(year),
            publishers: Set(publishers),
            language: Set(language),
            url: Set(url),
            doi: Set(doi),
            summary: Set(summary),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

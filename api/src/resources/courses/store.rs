//! What the database does to keep courses.

use entity::course;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::input::CourseInput;
use super::query::{THEMES, views};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::base::terms::of_terms;
use crate::model::catalog::Resource;
use crate::model::catalog::{self, COURSES};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};

impl Input for CourseInput {
    const RESOURCE: &'static Resource = &COURSES;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &COURSES, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await?;
        THEMES.put(&write.tx, themes).await
    }
}

impl CourseInput {
    /// The pattern names every field: one that nobody stores does not compile.
    fn row(self, id: Uuid, write: &Write) -> course::ActiveModel {
        let Self {
            slug,
            title,
            summary,
            provider,
            format,
            language,
            duration_hours,
            free,
            url,
            themes: _,
            target_groups,
            sources,
        } = self;
        course::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            summary: Set(summary),
            provider: Set(provider),
            format: Set(format),
            language: Set(language),
            duration_hours: Set(duration_hours),
            free: Set(free),
            url: Set(url),
            target_groups: Set(of_terms(&target_groups)),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

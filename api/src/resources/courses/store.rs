//! Storage of courses.

use entity::course;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::dto::Course;
use super::input::CourseInput;
use super::query::THEMES;
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::base::terms::term_values;
use crate::model::catalog;
use crate::write::input::Input;
use crate::write::{ReferenceField, ReferenceVisitor, ResolvedReferences, replace_related};

impl Input for CourseInput {
    type View = Course;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await?;
        replace_related(&write.tx, &THEMES, themes).await
    }
}

impl CourseInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
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
            target_groups: Set(term_values(&target_groups)),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

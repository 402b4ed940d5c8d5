//! Storage of publications.

use entity::publication;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::dto::Publication;
use super::input::PublicationInput;
use super::query::{PROJECTS, THEMES};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog;
use crate::write::input::Input;
use crate::write::{ReferenceField, ReferenceVisitor, ResolvedReferences, replace_related};

impl Input for PublicationInput {
    type View = Publication;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        visit(&ReferenceField::once(&catalog::PROJECTS, "projects/*"), self.projects.iter_mut().enumerate().collect());
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let projects = references.ids(&catalog::PROJECTS, &entries, |input| &input.projects)?;
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await?;
        replace_related(&write.tx, &PROJECTS, projects).await?;
        replace_related(&write.tx, &THEMES, themes).await
    }
}

impl PublicationInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
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

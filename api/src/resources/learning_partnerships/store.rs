//! What the database does to keep learning partnerships.

use entity::learning_partnership;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::input::LearningPartnershipInput;
use super::query::{PARTNERS, SOLUTIONS, THEMES, views};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::Resource;
use crate::model::catalog::{self, LEARNING_PARTNERSHIPS};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};
use crate::write::participants;

impl Input for LearningPartnershipInput {
    const RESOURCE: &'static Resource = &LEARNING_PARTNERSHIPS;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
        visit(&Mention::once(&catalog::SOLUTIONS, "solutions/*"), self.solutions.iter_mut().enumerate().collect());
        participants::visit(&mut self.partners, ["partners/*/municipality", "partners/*/project"], visit);
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &LEARNING_PARTNERSHIPS, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        let solutions = known.ids(&catalog::SOLUTIONS, &entries, |input| &input.solutions);
        let rows = entries.iter().map(|(id, input)| input.clone().row(*id, write)).collect();
        upsert(&write.tx, rows).await?;
        let partners: Vec<_> = entries.iter().map(|(id, input)| (*id, input.partners.as_slice())).collect();
        PARTNERS.put(&write.tx, known, &partners).await?;
        SOLUTIONS.put(&write.tx, solutions).await?;
        THEMES.put(&write.tx, themes).await
    }
}

impl LearningPartnershipInput {
    /// The pattern names every field: one that nobody stores does not compile.
    fn row(self, id: Uuid, write: &Write) -> learning_partnership::ActiveModel {
        let Self {
            slug,
            title,
            format,
            relation,
            summary,
            status,
            partners: _,
            themes: _,
            solutions: _,
            starts_on,
            ends_on,
            results,
            sources,
        } = self;
        learning_partnership::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            format: Set(format),
            relation: Set(relation),
            summary: Set(summary),
            status: Set(status),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
            results: Set(results),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

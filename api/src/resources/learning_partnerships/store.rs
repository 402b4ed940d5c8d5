//! Storage of learning partnerships.

use entity::learning_partnership;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::dto::LearningPartnership;
use super::input::LearningPartnershipInput;
use super::query::{PARTNERS, SOLUTIONS, THEMES};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog;
use crate::write::input::Input;
use crate::write::participants::ParticipantMembers;
use crate::write::{ReferenceField, ReferenceVisitor, ResolvedReferences, participants, replace_related};

impl Input for LearningPartnershipInput {
    type View = LearningPartnership;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
        visit(
            &ReferenceField::once(&catalog::SOLUTIONS, "solutions/*"),
            self.solutions.iter_mut().enumerate().collect(),
        );
        let members = ParticipantMembers { municipality: "partners/*/municipality", project: "partners/*/project" };
        participants::visit_references(&mut self.partners, members, visit);
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        let solutions = references.ids(&catalog::SOLUTIONS, &entries, |input| &input.solutions)?;
        let rows = entries.iter().map(|(id, input)| input.clone().row(*id, write)).collect();
        upsert(&write.tx, rows).await?;
        let partners: Vec<_> = entries.iter().map(|(id, input)| (*id, input.partners.as_slice())).collect();
        PARTNERS.replace(&write.tx, references, &partners).await?;
        replace_related(&write.tx, &SOLUTIONS, solutions).await?;
        replace_related(&write.tx, &THEMES, themes).await
    }
}

impl LearningPartnershipInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
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

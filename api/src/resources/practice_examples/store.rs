//! Storage of practice examples.

use chrono::NaiveDate;
use entity::practice_example;
use sea_orm::ActiveValue::Set;
use uuid::Uuid;

use super::dto::PracticeExample;
use super::input::PracticeExampleInput;
use super::query::THEMES;
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::{self, MUNICIPALITIES, PROJECTS, SOLUTIONS};
use crate::write::input::Input;
use crate::write::{ReferenceField, ReferenceVisitor, ResolvedReferences, replace_related};
use serde_json::json;

impl Input for PracticeExampleInput {
    type View = PracticeExample;
    const WANTED: &'static [&'static str] = &[
        "solution",
        "status",
        "challenge",
        "approach",
        "results",
        "lessons_learned",
        "transfer_notes",
        "success_factors",
        "obstacles",
        "impacts",
        "costs",
        "staffing",
        "starts_on",
        "themes",
        "contacts",
        "last_confirmed_on",
    ];

    fn slug(&self) -> &str {
        &self.slug
    }

    fn responsible_municipalities(&self) -> Vec<&str> {
        vec![&self.municipality]
    }

    fn confirmed_on(&self) -> Option<NaiveDate> {
        self.last_confirmed_on
    }

    fn confirm(&mut self, day: NaiveDate) {
        self.last_confirmed_on = Some(day);
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        visit(&ReferenceField::any(&MUNICIPALITIES, "municipality"), vec![(0, &mut self.municipality)]);
        visit(&ReferenceField::any(&PROJECTS, "project"), self.project.iter_mut().map(|name| (0, name)).collect());
        visit(&ReferenceField::any(&SOLUTIONS, "solution"), self.solution.iter_mut().map(|name| (0, name)).collect());
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        let rows: Result<Vec<_>> = entries.into_iter().map(|(id, input)| input.row(references, id, write)).collect();
        upsert(&write.tx, rows?).await?;
        replace_related(&write.tx, &THEMES, themes).await
    }
}

impl PracticeExampleInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    fn row(self, references: &ResolvedReferences, id: Uuid, write: &Write) -> Result<practice_example::ActiveModel> {
        let Self {
            slug,
            title,
            municipality,
            project,
            solution,
            relation,
            status,
            discontinued,
            challenge,
            approach,
            results,
            lessons_learned,
            transfer_notes,
            success_factors,
            obstacles,
            impacts,
            costs,
            staffing,
            starts_on,
            ends_on,
            themes: _,
            sdgs,
            contacts,
            links,
            sources,
            last_confirmed_on,
        } = self;
        Ok(practice_example::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            municipality_id: Set(references.id(&MUNICIPALITIES, &municipality)?),
            project_id: Set(references.optional_id(&PROJECTS, project.as_ref())?),
            solution_id: Set(references.optional_id(&SOLUTIONS, solution.as_ref())?),
            relation: Set(relation),
            status: Set(status),
            discontinued: Set(discontinued.map(|discontinued| json!(discontinued))),
            challenge: Set(challenge),
            approach: Set(approach),
            results: Set(results),
            lessons_learned: Set(lessons_learned),
            transfer_notes: Set(transfer_notes),
            success_factors: Set(json!(success_factors)),
            obstacles: Set(json!(obstacles)),
            impacts: Set(json!(impacts)),
            costs: Set(costs.map(|costs| json!(costs))),
            staffing: Set(staffing.map(|staffing| json!(staffing))),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
            sdgs: Set(sdgs),
            contacts: Set(json!(contacts)),
            links: Set(json!(links)),
            sources: Set(sources),
            last_confirmed_on: Set(last_confirmed_on),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        })
    }
}

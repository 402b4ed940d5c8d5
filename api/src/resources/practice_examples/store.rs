//! What the database does to keep practice examples.

use chrono::NaiveDate;
use entity::practice_example;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ConnectionTrait,
};
use uuid::Uuid;

use super::input::PracticeExampleInput;
use super::query::{THEMES, views};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog::MUNICIPALITIES;
use crate::model::catalog::PROJECTS;
use crate::model::catalog::Resource;
use crate::model::catalog::SOLUTIONS;
use crate::model::catalog::{self, PRACTICE_EXAMPLES};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};
use serde_json::json;

impl Input for PracticeExampleInput {
    const RESOURCE: &'static Resource = &PRACTICE_EXAMPLES;
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

    fn holders(&self) -> Vec<&str> {
        vec![&self.municipality]
    }

    fn confirm(&mut self, day: NaiveDate) {
        self.last_confirmed_on = Some(day);
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit(&Mention::any(&MUNICIPALITIES, "municipality"), vec![(0, &mut self.municipality)]);
        visit(&Mention::any(&PROJECTS, "project"), self.project.iter_mut().map(|name| (0, name)).collect());
        visit(&Mention::any(&SOLUTIONS, "solution"), self.solution.iter_mut().map(|name| (0, name)).collect());
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &PRACTICE_EXAMPLES, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        upsert(&write.tx, entries.into_iter().map(|(id, input)| input.row(known, id, write)).collect()).await?;
        THEMES.put(&write.tx, themes).await
    }
}

impl PracticeExampleInput {
    /// The pattern names every field: one that nobody stores does not compile.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    fn row(self, known: &Known, id: Uuid, write: &Write) -> practice_example::ActiveModel {
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
        practice_example::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            municipality_id: known.id(&MUNICIPALITIES, &municipality).map_or(NotSet, Set),
            project_id: Set(project.and_then(|name| known.id(&PROJECTS, &name))),
            solution_id: Set(solution.and_then(|name| known.id(&SOLUTIONS, &name))),
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
        }
    }
}

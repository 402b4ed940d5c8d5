//! What the database does to keep solutions.

use chrono::NaiveDate;
use entity::solution;
use sea_orm::{ActiveValue::Set, ConnectionTrait, Statement};
use uuid::Uuid;

use super::input::{RelatedInput, SolutionInput};
use super::query::{PROJECTS, PROVIDERS, THEMES};
use super::view::{WANTED, views};
use crate::auth::Caller;
use crate::base::db::{Write, upsert};
use crate::base::error::{Error, Result};
use crate::base::terms::of_terms;
use crate::model::catalog::Resource;
use crate::model::catalog::{self, SOLUTIONS};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};
use crate::write::{Stand, is_affair};
use serde_json::{Value, json};

impl Input for SolutionInput {
    const RESOURCE: &'static Resource = &SOLUTIONS;
    const WANTED: &'static [&'static str] = WANTED;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn holders(&self) -> Vec<&str> {
        self.providers.iter().map(String::as_str).collect()
    }

    fn confirm(&mut self, day: NaiveDate) {
        self.last_confirmed_on = Some(day);
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
        visit(&Mention::once(&catalog::PROJECTS, "projects/*"), self.projects.iter_mut().enumerate().collect());
        visit(&Mention::once(&catalog::MUNICIPALITIES, "providers/*"), self.providers.iter_mut().enumerate().collect());
        let related = self.related.iter_mut().map(|related| &mut related.solution).enumerate().collect();
        visit(&Mention::once(&SOLUTIONS, "related/*/solution"), related);
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &SOLUTIONS, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let tx = &write.tx;
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        let projects = known.ids(&catalog::PROJECTS, &entries, |input| &input.projects);
        let providers = known.ids(&catalog::MUNICIPALITIES, &entries, |input| &input.providers);
        let rows = entries.iter().map(|(id, input)| input.clone().row(*id, write)).collect();
        upsert(tx, rows).await?;
        THEMES.put(tx, themes).await?;
        PROJECTS.put(tx, projects).await?;
        PROVIDERS.put(tx, providers).await?;
        put_related(tx, known, &entries).await
    }
}

/// A solution is confirmed by its providers, or by those who carry its projects.
pub(super) async fn stand(write: &Write, caller: &Caller, solution: Uuid) -> Result<Stand> {
    if is_affair(&write.tx, SOLUTIONS.table, solution, caller).await? {
        Ok(Stand { is_own: true, is_new: false })
    } else {
        Err(Error::Elsewhere(vec!["a municipality this solution comes from".to_owned()]))
    }
}

/// Writes what the solutions name of each other.
async fn put_related(tx: &impl ConnectionTrait, known: &Known, entries: &[(Uuid, SolutionInput)]) -> Result<()> {
    let clear = "delete from solution_relation where solution_id = any ($1)";
    let fill = "insert into solution_relation (solution_id, other_id, relation, position) \
                select * from jsonb_to_recordset($1) as r (solution_id uuid, other_id uuid, relation text, position smallint)";
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    let row = |id: Uuid, (position, related): (usize, &RelatedInput)| {
        let other = known.id(&SOLUTIONS, &related.solution);
        json!({ "solution_id": id, "other_id": other, "relation": related.relation, "position": position })
    };
    let rows = entries.iter().flat_map(|(id, input)| input.related.iter().enumerate().map(|related| row(*id, related)));
    let rows: Value = rows.collect();
    let backend = tx.get_database_backend();
    tx.execute_raw(Statement::from_sql_and_values(backend, clear, [ids.into()])).await?;
    tx.execute_raw(Statement::from_sql_and_values(backend, fill, [rows.into()])).await?;
    Ok(())
}

impl SolutionInput {
    /// The pattern names every field: one that nobody stores does not compile.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    fn row(self, id: Uuid, write: &Write) -> solution::ActiveModel {
        let Self {
            slug,
            title,
            summary,
            description,
            challenge,
            kind,
            status,
            scaling_phase,
            discontinued,
            openness,
            licence,
            repository_url,
            publiccode_url,
            website,
            themes: _,
            spatial_scope,
            projects: _,
            providers: _,
            prerequisites,
            costs,
            staffing,
            operator_model,
            technologies,
            interfaces,
            privacy,
            contacts,
            links,
            related: _,
            identifiers,
            sources,
            last_confirmed_on,
        } = self;
        solution::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            summary: Set(summary),
            description: Set(description),
            challenge: Set(challenge),
            kind: Set(kind),
            status: Set(status),
            scaling_phase: Set(scaling_phase),
            discontinued: Set(discontinued.map(|discontinued| json!(discontinued))),
            openness: Set(openness),
            licence: Set(licence),
            repository_url: Set(repository_url),
            publiccode_url: Set(publiccode_url),
            website: Set(website),
            spatial_scope: Set(of_terms(&spatial_scope)),
            prerequisites: Set(json!(prerequisites)),
            costs: Set(costs.map(|costs| json!(costs))),
            staffing: Set(staffing.map(|staffing| json!(staffing))),
            operator_model: Set(operator_model),
            technologies: Set(technologies),
            interfaces: Set(json!(interfaces)),
            privacy: Set(privacy.map(|privacy| json!(privacy))),
            contacts: Set(json!(contacts)),
            links: Set(json!(links)),
            identifiers: Set(json!(identifiers)),
            sources: Set(sources),
            last_confirmed_on: Set(last_confirmed_on),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

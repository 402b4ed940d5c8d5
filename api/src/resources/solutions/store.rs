//! Storage of solutions.

use chrono::NaiveDate;
use entity::solution;
use sea_orm::{ActiveValue::Set, ConnectionTrait};
use uuid::Uuid;

use super::dto::Solution;
use super::input::SolutionInput;
use super::query::{PROJECTS, PROVIDERS, THEMES};
use super::view::WANTED;
use crate::auth::Caller;
use crate::base::db::{Write, upsert};
use crate::base::error::{Error, Result};
use crate::base::terms::term_values;
use crate::model::catalog::{self, SOLUTIONS};
use crate::write::input::Input;
use crate::write::{
    ChildTable, Confirmation, ReferenceField, ReferenceVisitor, ResolvedReferences, is_responsible, replace_children,
    replace_related,
};
use serde_json::json;

impl Input for SolutionInput {
    type View = Solution;
    const WANTED: &'static [&'static str] = WANTED;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn responsible_municipalities(&self) -> Vec<&str> {
        self.providers.iter().map(String::as_str).collect()
    }

    fn confirmed_on(&self) -> Option<NaiveDate> {
        self.last_confirmed_on
    }

    fn confirm(&mut self, day: NaiveDate) {
        self.last_confirmed_on = Some(day);
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
        visit(&ReferenceField::once(&catalog::PROJECTS, "projects/*"), self.projects.iter_mut().enumerate().collect());
        visit(
            &ReferenceField::once(&catalog::MUNICIPALITIES, "providers/*"),
            self.providers.iter_mut().enumerate().collect(),
        );
        let related = self.related.iter_mut().map(|related| &mut related.solution).enumerate().collect();
        visit(&ReferenceField::once(&SOLUTIONS, "related/*/solution"), related);
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let tx = &write.tx;
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        let projects = references.ids(&catalog::PROJECTS, &entries, |input| &input.projects)?;
        let providers = references.ids(&catalog::MUNICIPALITIES, &entries, |input| &input.providers)?;
        let rows = entries.iter().map(|(id, input)| input.clone().row(*id, write)).collect();
        upsert(tx, rows).await?;
        replace_related(tx, &THEMES, themes).await?;
        replace_related(tx, &PROJECTS, projects).await?;
        replace_related(tx, &PROVIDERS, providers).await?;
        replace_relations(tx, references, &entries).await
    }
}

/// Refuses callers that act neither for a provider nor for a member of a project of the solution.
pub(super) async fn authorize_confirmation(write: &Write, caller: &Caller, solution: Uuid) -> Result<Confirmation> {
    if is_responsible(&write.tx, SOLUTIONS.table, solution, caller).await? {
        Ok(Confirmation { is_own: true, is_new: false })
    } else {
        Err(Error::NotConfirmer)
    }
}

/// Replaces the related solutions of the given solutions.
async fn replace_relations(
    tx: &impl ConnectionTrait,
    references: &ResolvedReferences,
    entries: &[(Uuid, SolutionInput)],
) -> Result<()> {
    let mut rows = vec![];
    for (id, input) in entries {
        for (position, related) in input.related.iter().enumerate() {
            let other = references.id(&SOLUTIONS, &related.solution)?;
            rows.push(
                json!({ "solution_id": id, "other_id": other, "relation": related.relation, "position": position }),
            );
        }
    }
    let columns = &[("other_id", "uuid"), ("relation", "text"), ("position", "smallint")];
    let table = ChildTable { name: "solution_relation", owner: "solution_id", columns };
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    replace_children(tx, &table, &ids, rows).await
}

impl SolutionInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
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
            spatial_scope: Set(term_values(&spatial_scope)),
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

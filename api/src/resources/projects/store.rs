//! Storage of projects.

use entity::project;
use entity::vocabulary::ProjectRole;
use sea_orm::ActiveValue::Set;
use serde_json::json;
use uuid::Uuid;

use super::dto::Project;
use super::input::ProjectInput;
use super::query::THEMES;
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::base::terms::term_values;
use crate::model::catalog::{self, MUNICIPALITIES};
use crate::write::input::Input;
use crate::write::{
    ChildTable, ReferenceField, ReferenceVisitor, ResolvedReferences, replace_children, replace_related,
};

impl Input for ProjectInput {
    type View = Project;

    /// Responses list the federal states of the members in addition to those of the project itself.
    fn keep_derived(&mut self, shown: &Project) {
        if self.federal_states == shown.federal_states {
            self.federal_states.clone_from(&shown.own_states);
        }
    }

    fn slug(&self) -> &str {
        &self.slug
    }

    fn responsible_municipalities(&self) -> Vec<&str> {
        let leads = self.members.iter().filter(|member| member.role == ProjectRole::Lead);
        leads.map(|lead| lead.municipality.as_str()).collect()
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        let members = self.members.iter_mut().map(|member| &mut member.municipality).enumerate().collect();
        visit(&ReferenceField::once(&MUNICIPALITIES, "members/*/municipality"), members);
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let tx = &write.tx;
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
        let mut members = vec![];
        for (id, input) in &entries {
            for (position, member) in input.members.iter().enumerate() {
                let municipality = references.id(&MUNICIPALITIES, &member.municipality)?;
                members.push(json!({ "project_id": id, "municipality_id": municipality, "role": member.role, "position": position }));
            }
        }
        upsert(tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await?;
        replace_children(tx, &MEMBERS, &ids, members).await?;
        replace_related(tx, &THEMES, themes).await
    }
}

const MEMBERS: ChildTable<'_> = ChildTable {
    name: "project_member",
    owner: "project_id",
    columns: &[("municipality_id", "uuid"), ("role", "text"), ("position", "smallint")],
};

impl ProjectInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
    fn row(self, id: Uuid, write: &Write) -> project::ActiveModel {
        let Self {
            slug,
            title,
            round,
            round_year,
            category,
            phase,
            starts_on,
            ends_on,
            federal_states,
            members: _,
            website,
            summary,
            description,
            themes: _,
            identifiers,
            sources,
        } = self;
        project::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            summary: Set(summary),
            description: Set(description),
            round: Set(round),
            round_year: Set(round_year),
            category: Set(category),
            phase: Set(phase),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
            website: Set(website),
            federal_states: Set(term_values(&federal_states)),
            identifiers: Set(serde_json::json!(identifiers)),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

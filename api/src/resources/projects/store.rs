//! What the database does to keep projects.

use entity::vocabulary::ProjectRole;
use entity::{project, project_member};
use sea_orm::prelude::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::input::{MemberInput, ProjectInput};
use super::query::{THEMES, views};
use crate::base::db::{Write, insert, upsert};
use crate::base::error::Result;
use crate::base::terms::of_terms;
use crate::model::catalog::MUNICIPALITIES;
use crate::model::catalog::Resource;
use crate::model::catalog::{self, PROJECTS};
use crate::query::list;
use crate::write::input::{Input, Known, Mention, Visit};

impl Input for ProjectInput {
    const RESOURCE: &'static Resource = &PROJECTS;

    fn slug(&self) -> &str {
        &self.slug
    }

    fn holders(&self) -> Vec<&str> {
        let leads = self.members.iter().filter(|member| member.role == ProjectRole::Lead);
        leads.map(|lead| lead.municipality.as_str()).collect()
    }

    fn visit(&mut self, visit: &mut Visit<'_>) {
        let members = self.members.iter_mut().map(|member| &mut member.municipality).enumerate().collect();
        visit(&Mention::once(&MUNICIPALITIES, "members/*/municipality"), members);
        visit(&Mention::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
    }

    async fn current(db: &impl ConnectionTrait, names: Option<Vec<String>>) -> Result<Vec<(Uuid, Self)>> {
        list::inputs(db, &PROJECTS, names, views).await
    }

    async fn put(write: &Write, known: &Known, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let tx = &write.tx;
        let themes = known.ids(&catalog::THEMES, &entries, |input| &input.themes);
        let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
        let members = entries.iter().flat_map(|(id, input)| members(known, *id, &input.members)).collect();
        upsert(tx, entries.into_iter().map(|(id, input)| input.row(id, write)).collect()).await?;
        let of_these = Expr::cust_with_values("project_member.project_id = any ($1)", [ids]);
        project_member::Entity::delete_many().filter(of_these).exec(tx).await?;
        insert(tx, members).await?;
        THEMES.put(tx, themes).await
    }
}

fn members(known: &Known, project_id: Uuid, members: &[MemberInput]) -> Vec<project_member::ActiveModel> {
    let member = |(position, member): (i16, &MemberInput)| {
        let municipality_id = known.id(&MUNICIPALITIES, &member.municipality)?;
        let (project_id, municipality_id) = (Set(project_id), Set(municipality_id));
        Some(project_member::ActiveModel {
            project_id,
            municipality_id,
            role: Set(member.role),
            position: Set(position),
        })
    };
    (0..).zip(members).filter_map(member).collect()
}

impl ProjectInput {
    /// The pattern names every field: one that nobody stores does not compile.
    fn row(self, id: Uuid, write: &Write) -> project::ActiveModel {
        let Self {
            slug,
            name,
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
            name: Set(name),
            summary: Set(summary),
            description: Set(description),
            round: Set(round),
            round_year: Set(round_year),
            category: Set(category),
            phase: Set(phase),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
            website: Set(website),
            federal_states: Set(of_terms(&federal_states)),
            identifiers: Set(serde_json::json!(identifiers)),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

//! Storage of working groups.

use entity::vocabulary::GroupRole;
use entity::working_group;
use sea_orm::ActiveValue::Set;
use serde_json::json;
use uuid::Uuid;

use super::dto::WorkingGroup;
use super::input::WorkingGroupInput;
use super::query::{MEMBERS, THEMES};
use crate::base::db::{Write, upsert};
use crate::base::error::Result;
use crate::model::catalog;
use crate::write::input::Input;
use crate::write::participants::{ParticipantInput, ParticipantMembers};
use crate::write::{ReferenceField, ReferenceVisitor, ResolvedReferences, participants, replace_related};

impl Input for WorkingGroupInput {
    type View = WorkingGroup;

    /// Responses use the title of the entry as the name of a member that has none.
    fn keep_derived(&mut self, shown: &WorkingGroup) {
        let unnamed = shown.members.iter().filter(|member| !member.is_named).cloned();
        let unnamed: Vec<_> = unnamed
            .map(|member| ParticipantInput::new(Some(member.name), member.role, member.municipality, member.project))
            .collect();
        for member in &mut self.members {
            let shown = |ParticipantInput { name, municipality, project, .. }: &ParticipantInput<GroupRole>| {
                (name, municipality, project) == (&member.name, &member.municipality, &member.project)
            };
            if unnamed.iter().any(shown) {
                member.name = None;
            }
        }
    }

    fn slug(&self) -> &str {
        &self.slug
    }

    fn visit_references(&mut self, visit: &mut ReferenceVisitor<'_>) {
        visit(&ReferenceField::once(&catalog::THEMES, "themes/*"), self.themes.iter_mut().enumerate().collect());
        let members = ParticipantMembers { municipality: "members/*/municipality", project: "members/*/project" };
        participants::visit_references(&mut self.members, members, visit);
    }

    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()> {
        let themes = references.ids(&catalog::THEMES, &entries, |input| &input.themes)?;
        let rows = entries.iter().map(|(id, input)| input.clone().row(*id, write)).collect();
        upsert(&write.tx, rows).await?;
        let members: Vec<_> = entries.iter().map(|(id, input)| (*id, input.members.as_slice())).collect();
        MEMBERS.replace(&write.tx, references, &members).await?;
        replace_related(&write.tx, &THEMES, themes).await
    }
}

impl WorkingGroupInput {
    /// Returns the row to store. The pattern names every field of the input, so that the compiler reports a field that is not
    /// stored.
    fn row(self, id: Uuid, write: &Write) -> working_group::ActiveModel {
        let Self {
            slug,
            title,
            kind,
            summary,
            status,
            open_to,
            countries,
            themes: _,
            members: _,
            outputs,
            website,
            starts_on,
            ends_on,
            sources,
        } = self;
        working_group::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            title: Set(title),
            kind: Set(kind),
            summary: Set(summary),
            status: Set(status),
            open_to: Set(open_to),
            countries: Set(countries),
            outputs: Set(json!(outputs)),
            website: Set(website),
            starts_on: Set(starts_on),
            ends_on: Set(ends_on),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

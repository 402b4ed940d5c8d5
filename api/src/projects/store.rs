//! What the database does to keep projects.

use std::collections::{HashMap, HashSet};

use entity::project::{self, Column, Model};
use entity::vocabulary::{FederalState, Vocabulary};
use entity::{project_member, project_theme, theme};
use sea_orm::prelude::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use uuid::Uuid;

use super::input::{MemberInput, ProjectInput};
use super::query::{RESOURCE, members, themes_of};
use crate::db::{Stored, Write, insert, upsert};
use crate::error::{Error, Result, Violation};
use crate::municipalities::{self, Member};
use crate::search;

/// What a change writes.
const WRITTEN: [Column; 16] = [
    Column::Slug,
    Column::Name,
    Column::Summary,
    Column::Description,
    Column::Round,
    Column::RoundYear,
    Column::Category,
    Column::Phase,
    Column::StartsOn,
    Column::EndsOn,
    Column::Website,
    Column::FederalStates,
    Column::Identifiers,
    Column::Sources,
    Column::Revision,
    Column::UpdatedAt,
];

/// The states a project names beyond those of its members.
pub(super) fn stored_states(row: &Model) -> Result<Vec<FederalState>> {
    let read = |code: &String| FederalState::deserialize(code.as_str().into_deserializer());
    row.federal_states
        .iter()
        .map(|code| read(code).map_err(|error: serde::de::value::Error| Error::fault(error)))
        .collect()
}

/// What was set of the projects with these slugs, or of all.
pub(crate) async fn current(
    db: &impl ConnectionTrait,
    slugs: Option<Vec<String>>,
) -> Result<Vec<(Uuid, ProjectInput)>> {
    let rows = project::Entity::find()
        .apply_if(slugs, |rows, slugs| rows.filter(Expr::cust_with_values("project.slug = any ($1)", [slugs])));
    let mut rows = rows.all(db).await?;
    rows.sort_by(|left, right| left.slug.cmp(&right.slug));
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut members = members(db, Some(&ids)).await?;
    let mut themes = themes_of(db, Some(&ids)).await?;
    let mut input = |row: Model| -> Result<(Uuid, ProjectInput)> {
        let members = members.remove(&row.id).unwrap_or_default();
        let themes = themes.remove(&row.id).unwrap_or_default();
        let input = ProjectInput {
            federal_states: stored_states(&row)?,
            members: members
                .into_iter()
                .map(|(member, role)| MemberInput { municipality: member.key(), role })
                .collect(),
            themes: themes.into_iter().map(|theme| theme.slug).collect(),
            identifiers: serde_json::from_value(row.identifiers).map_err(Error::fault)?,
            slug: row.slug,
            name: row.name,
            round: row.round,
            round_year: row.round_year,
            category: row.category,
            phase: row.phase,
            starts_on: row.starts_on,
            ends_on: row.ends_on,
            website: row.website,
            summary: row.summary,
            description: row.description,
            sources: row.sources,
        };
        Ok((row.id, input))
    };
    rows.into_iter().map(&mut input).collect()
}

/// Creates the projects, or changes those whose slug is there and whose content differs.
pub(crate) async fn save(write: &Write, mut inputs: Vec<ProjectInput>) -> Result<Stored> {
    let known = Known::read(&write.tx, &inputs).await?;
    let violations: Vec<_> =
        inputs.iter_mut().enumerate().flat_map(|(index, input)| known.settle(index, input)).collect();
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let slugs = inputs.iter().map(|input| input.slug.clone()).collect();
    let there = current(&write.tx, Some(slugs)).await?;
    let there: HashMap<String, (Uuid, ProjectInput)> =
        there.into_iter().map(|(id, input)| (input.slug.clone(), (id, input))).collect();
    let mut stored = Stored::default();
    let written = stored.changed(inputs, |input| there.get(&input.slug));
    put(write, &known, written).await?;
    Ok(stored)
}

/// The entries that inputs refer to.
struct Known {
    municipalities: HashMap<String, Member>,
    themes: HashMap<String, Uuid>,
}

impl Known {
    async fn read(db: &impl ConnectionTrait, inputs: &[ProjectInput]) -> Result<Self> {
        let members = inputs.iter().flat_map(|input| &input.members);
        let keys: Vec<String> = members.map(|member| member.municipality.clone()).collect();
        let themes = theme::Entity::find().select_only().columns([theme::Column::Slug, theme::Column::Id]);
        Ok(Self {
            municipalities: municipalities::references(db, &keys).await?,
            themes: themes.into_tuple().all(db).await?.into_iter().collect(),
        })
    }

    /// Writes references and states in the one way they are kept, and names those that lead nowhere.
    fn settle(&self, index: usize, input: &mut ProjectInput) -> Vec<Violation> {
        let mut violations = vec![];
        for (place, member) in input.members.iter_mut().enumerate() {
            if let Some(found) = self.municipalities.get(&member.municipality) {
                input.federal_states.retain(|state| *state != found.federal_state);
                member.municipality = found.key();
            } else {
                let pointer = format!("/{index}/members/{place}/municipality");
                violations.push(Violation::pointer(
                    pointer,
                    "is no official key, slug or id of a municipality in the directory",
                ));
            }
        }
        let mut seen = HashSet::new();
        for (place, member) in input.members.iter().enumerate() {
            if !seen.insert(&member.municipality) {
                let pointer = format!("/{index}/members/{place}/municipality");
                violations.push(Violation::pointer(pointer, "is a member already, under another name"));
            }
        }
        for (place, theme) in input.themes.iter().enumerate() {
            if !self.themes.contains_key(theme) {
                violations.push(Violation::pointer(
                    format!("/{index}/themes/{place}"),
                    "is no slug of a theme in the directory",
                ));
            }
        }
        input.federal_states.sort_by_key(|state| state.value());
        input.federal_states.dedup();
        violations
    }
}

/// Writes rows and relations.
async fn put(write: &Write, known: &Known, written: Vec<(Uuid, ProjectInput)>) -> Result<()> {
    let ids: Vec<Uuid> = written.iter().map(|(id, _)| *id).collect();
    let (mut rows, mut members, mut themes) = (vec![], vec![], vec![]);
    for (id, input) in written {
        let (row, its_members, its_themes) = input.into_row(id, write);
        rows.push(row);
        for (position, member) in (0..).zip(its_members) {
            let Some(found) = known.municipalities.get(&member.municipality) else {
                continue;
            };
            let municipality_id = Set(found.link.id);
            members.push(project_member::ActiveModel {
                project_id: Set(id),
                municipality_id,
                role: Set(member.role),
                position: Set(position),
            });
        }
        for (position, theme) in (0..).zip(its_themes) {
            let Some(theme_id) = known.themes.get(&theme).copied() else {
                continue;
            };
            themes.push(project_theme::ActiveModel {
                project_id: Set(id),
                theme_id: Set(theme_id),
                position: Set(position),
            });
        }
    }
    let tx = &write.tx;
    upsert(tx, rows, &WRITTEN).await?;
    let of_these = |owner: &str| Expr::cust_with_values(format!("{owner}.project_id = any ($1)"), [ids.clone()]);
    project_member::Entity::delete_many().filter(of_these("project_member")).exec(tx).await?;
    project_theme::Entity::delete_many().filter(of_these("project_theme")).exec(tx).await?;
    insert(tx, members).await?;
    insert(tx, themes).await?;
    search::refresh(tx, RESOURCE, ids).await
}

impl ProjectInput {
    /// The row, and the relations that are kept beside it.
    ///
    /// The pattern names every field: one that nobody stores does not compile.
    fn into_row(self, id: Uuid, write: &Write) -> (project::ActiveModel, Vec<MemberInput>, Vec<String>) {
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
            members,
            website,
            summary,
            description,
            themes,
            identifiers,
            sources,
        } = self;
        let row = project::ActiveModel {
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
            federal_states: Set(federal_states.iter().map(|state| state.value().to_owned()).collect()),
            identifiers: Set(serde_json::json!(identifiers)),
            sources: Set(sources),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        };
        (row, members, themes)
    }
}

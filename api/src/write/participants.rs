//! Participants of entries: municipalities, projects, and organisations outside the directory.

use std::collections::HashMap;

use entity::Text;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::children::{ChildTable, replace_children};
use super::references::{ReferenceField, ReferenceVisitor, ResolvedReferences};
use crate::base::db::sql;
use crate::base::error::{Error, Result, Rule};
use crate::base::link::Link;
use crate::base::validation::rules;
use crate::model::catalog::{MUNICIPALITIES, PROJECTS};
use crate::model::municipality_link::MunicipalityLink;

/// A table of the participants in the entries of a resource.
pub(crate) struct Participants {
    pub table: &'static str,
    /// Column with the ID of the entry.
    pub owner: &'static str,
}

/// A participant in the role `R`.
pub(crate) struct Participant<R> {
    pub name: Option<String>,
    pub role: R,
    pub municipality: Option<MunicipalityLink>,
    pub project: Option<Link>,
}

/// Participant, given by name, municipality or project
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "has_name_or_reference", skip_on_field_errors = false))]
pub(crate) struct ParticipantInput<R> {
    /// Name of the participant, up to 200 characters. Required without `municipality` and `project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Stadt Wien", min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// Role of the participant.
    pub role: R,
    /// Official key, slug or ID of the municipality. Omitted when the participant is not a municipality of the
    /// directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "08421000")]
    pub municipality: Option<String>,
    /// Slug or ID of the project. Omitted when the participant is not a project of the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "ulm")]
    pub project: Option<String>,
}

impl<R> ParticipantInput<R> {
    pub(crate) fn new(
        name: Option<String>,
        role: R,
        municipality: Option<MunicipalityLink>,
        project: Option<Link>,
    ) -> Self {
        let municipality = municipality.map(MunicipalityLink::key);
        Self { name, role, municipality, project: project.map(|project| project.slug) }
    }
}

fn has_name_or_reference<R>(participant: &ParticipantInput<R>) -> Result<(), ValidationError> {
    let is_named = participant.name.is_some() || participant.municipality.is_some() || participant.project.is_some();
    let fields = ["name", "municipality", "project"].map(str::to_owned).to_vec();
    rules::require(is_named, Rule::OneRequired { fields })
}

/// Paths of the members with the municipality and the project of each participant, with `*` for the index.
#[derive(Clone, Copy)]
pub(crate) struct ParticipantMembers {
    pub municipality: &'static str,
    pub project: &'static str,
}

/// Passes the references in a list of participants to `visit`.
pub(crate) fn visit_references<R>(
    participants: &mut [ParticipantInput<R>],
    members: ParticipantMembers,
    visit: &mut ReferenceVisitor<'_>,
) {
    let numbered = participants.iter_mut().enumerate();
    let (municipalities, projects): (Vec<_>, Vec<_>) =
        numbered.map(|(place, one)| ((place, &mut one.municipality), (place, &mut one.project))).unzip();
    let named = |names: Vec<(usize, &mut Option<String>)>, field: ReferenceField, visit: &mut ReferenceVisitor<'_>| {
        let named = names.into_iter().filter_map(|(place, name)| Some((place, name.as_mut()?)));
        visit(&field, named.collect());
    };
    named(municipalities, ReferenceField::any(&MUNICIPALITIES, members.municipality), visit);
    named(projects, ReferenceField::any(&PROJECTS, members.project), visit);
}

#[derive(FromQueryResult)]
struct ParticipantRow {
    owner: Uuid,
    role: String,
    name: Option<String>,
    municipality_id: Option<Uuid>,
    municipality_slug: Option<String>,
    municipality_ags: Option<String>,
    municipality_title: Option<Text>,
    project_id: Option<Uuid>,
    project_slug: Option<String>,
    project_title: Option<Text>,
}

impl<R: for<'de> Deserialize<'de>> Participant<R> {
    fn read(found: ParticipantRow) -> Result<Self> {
        let municipality = found.municipality_id.zip(found.municipality_slug).zip(found.municipality_title);
        let project = found.project_id.zip(found.project_slug).zip(found.project_title);
        Ok(Self {
            name: found.name,
            role: serde_json::from_value(found.role.into()).map_err(Error::internal)?,
            municipality: municipality
                .map(|((id, slug), name)| MunicipalityLink::new(id, slug, found.municipality_ags, name)),
            project: project.map(|((id, slug), name)| Link::new(PROJECTS.collection, id, slug, name)),
        })
    }
}

impl Participants {
    /// Returns the participants of some entries in their order, with one statement.
    pub(crate) async fn of<R: for<'de> Deserialize<'de>>(
        &self,
        db: &impl ConnectionTrait,
        owners: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<Participant<R>>>> {
        let Self { table, owner } = self;
        let text = format!(
            "select r.{owner} as owner, r.role, r.name, m.id as municipality_id, m.slug as municipality_slug, \
                    m.ags as municipality_ags, m.title as municipality_title, \
                    p.id as project_id, p.slug as project_slug, p.title as project_title \
               from {table} r left join municipality m on m.id = r.municipality_id left join project p on p.id = r.project_id \
              where r.{owner} = any ($1) order by r.{owner}, r.position"
        );
        let found = sql(&text, [owners.to_vec().into()]);
        let mut parties: HashMap<Uuid, Vec<Participant<R>>> = HashMap::new();
        for found in ParticipantRow::find_by_statement(found).all(db).await? {
            parties.entry(found.owner).or_default().push(Participant::read(found)?);
        }
        Ok(parties)
    }

    /// Replaces the participants of some entries.
    pub(crate) async fn replace<R: Serialize>(
        &self,
        tx: &impl ConnectionTrait,
        references: &ResolvedReferences,
        participants: &[(Uuid, &[ParticipantInput<R>])],
    ) -> Result<()> {
        let Self { table, owner } = self;
        let owners: Vec<Uuid> = participants.iter().map(|(owner, _)| *owner).collect();
        let mut rows = vec![];
        for (entry, participants) in participants {
            for (position, participant) in participants.iter().enumerate() {
                let ParticipantInput { name, role, municipality, project } = participant;
                rows.push(json!({
                    (*owner): entry, "position": position, "role": role, "name": name,
                    "municipality_id": references.optional_id(&MUNICIPALITIES, municipality.as_ref())?,
                    "project_id": references.optional_id(&PROJECTS, project.as_ref())?,
                }));
            }
        }
        let columns = &[
            ("position", "smallint"),
            ("role", "text"),
            ("name", "text"),
            ("municipality_id", "uuid"),
            ("project_id", "uuid"),
        ];
        replace_children(tx, &ChildTable { name: table, owner, columns }, &owners, rows).await
    }
}

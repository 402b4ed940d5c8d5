//! Those who take part in something: municipalities, projects, and others who have only a name here.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationError};

use super::children::{ChildTable, replace_children};
use super::references::{ReferenceField, ReferenceVisitor, ResolvedReferences};
use crate::base::error::{Error, Result};
use crate::base::link::Link;
use crate::base::validation::rules;
use crate::model::catalog::{MUNICIPALITIES, PROJECTS};
use crate::model::municipality_link::MunicipalityLink;

/// A table of those who take part in the entries of a resource.
pub(crate) struct Participants {
    pub table: &'static str,
    /// Its column with the entry's id.
    pub owner: &'static str,
}

/// Somebody who takes part, with what it is there: `R`.
pub(crate) struct Party<R> {
    pub name: Option<String>,
    pub role: R,
    pub municipality: Option<MunicipalityLink>,
    pub project: Option<Link>,
}

/// Somebody who takes part, by name, or by official key, slug or id in the directory
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "somebody", skip_on_field_errors = false))]
pub(crate) struct PartyInput<R> {
    /// What it is called here; needed where it is not in the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Stadt Wien", min_length = 1, max_length = 200)]
    pub name: Option<String>,
    /// What it is there.
    pub role: R,
    /// Official key, slug or id of the municipality it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "08421000")]
    pub municipality: Option<String>,
    /// Slug or id of the project it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "ulm")]
    pub project: Option<String>,
}

impl<R> PartyInput<R> {
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

fn somebody<R>(party: &PartyInput<R>) -> Result<(), ValidationError> {
    if party.name.is_some() || party.municipality.is_some() || party.project.is_some() {
        Ok(())
    } else {
        Err(rules::broken("must have a `name`, a `municipality` or a `project`"))
    }
}

/// Shows the entries that a list of parties names to `visit`.
pub(crate) fn visit<R>(
    parties: &mut [PartyInput<R>],
    [municipality, project]: [&'static str; 2],
    visit: &mut ReferenceVisitor<'_>,
) {
    let numbered = parties.iter_mut().enumerate();
    let (municipalities, projects): (Vec<_>, Vec<_>) =
        numbered.map(|(place, party)| ((place, &mut party.municipality), (place, &mut party.project))).unzip();
    let named = |names: Vec<(usize, &mut Option<String>)>, field: ReferenceField, visit: &mut ReferenceVisitor<'_>| {
        let named = names.into_iter().filter_map(|(place, name)| Some((place, name.as_mut()?)));
        visit(&field, named.collect());
    };
    named(municipalities, ReferenceField::any(&MUNICIPALITIES, municipality), visit);
    named(projects, ReferenceField::any(&PROJECTS, project), visit);
}

#[derive(FromQueryResult)]
struct ParticipantRow {
    owner: Uuid,
    role: String,
    name: Option<String>,
    municipality_id: Option<Uuid>,
    municipality_slug: Option<String>,
    municipality_ags: Option<String>,
    municipality_name: Option<String>,
    project_id: Option<Uuid>,
    project_slug: Option<String>,
    project_name: Option<String>,
}

impl<R: for<'de> Deserialize<'de>> Party<R> {
    fn read(found: ParticipantRow) -> Result<Self> {
        let municipality = found.municipality_id.zip(found.municipality_slug).zip(found.municipality_name);
        let project = found.project_id.zip(found.project_slug).zip(found.project_name);
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
    /// Those who take part in some entries, in their order: one statement, however many there are.
    pub(crate) async fn of<R: for<'de> Deserialize<'de>>(
        &self,
        db: &impl ConnectionTrait,
        owners: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<Party<R>>>> {
        let Self { table, owner } = self;
        let sql = format!(
            "select r.{owner} as owner, r.role, r.name, m.id as municipality_id, m.slug as municipality_slug, \
                    m.ags as municipality_ags, m.name as municipality_name, \
                    p.id as project_id, p.slug as project_slug, p.name as project_name \
               from {table} r left join municipality m on m.id = r.municipality_id left join project p on p.id = r.project_id \
              where r.{owner} = any ($1) order by r.{owner}, r.position"
        );
        let found = Statement::from_sql_and_values(db.get_database_backend(), sql, [owners.to_vec().into()]);
        let mut parties: HashMap<Uuid, Vec<Party<R>>> = HashMap::new();
        for found in ParticipantRow::find_by_statement(found).all(db).await? {
            parties.entry(found.owner).or_default().push(Party::read(found)?);
        }
        Ok(parties)
    }

    /// Replaces those who take part in some entries.
    pub(crate) async fn replace<R: Serialize>(
        &self,
        tx: &impl ConnectionTrait,
        references: &ResolvedReferences,
        participants: &[(Uuid, &[PartyInput<R>])],
    ) -> Result<()> {
        let Self { table, owner } = self;
        let owners: Vec<Uuid> = participants.iter().map(|(owner, _)| *owner).collect();
        let mut rows = vec![];
        for (entry, participants) in participants {
            for (position, participant) in participants.iter().enumerate() {
                let PartyInput { name, role, municipality, project } = participant;
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

//! Queries for projects: filters, sort orders, facets and relations.

use std::collections::HashMap;

use entity::Text;
use entity::project::Model;
use entity::vocabulary::{Category, FederalState, Phase, ProjectRole, Vocabulary};
use entity::{municipality, project_member};
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::dto::{Project, ProjectCounts, ProjectFacet, ProjectMember, ProjectOrder, ProjectQuery};
use crate::base::error::{Error, Result};
use crate::base::terms::parse_terms;
use crate::model::catalog::{self, MUNICIPALITIES, PROJECTS, Resource};
use crate::model::geo::{Location, Near};
use crate::model::municipality_link::MunicipalityLink;
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::geo::nearest;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, counts, links};
use crate::query::sublists::Lists;

/// Lists that can be filtered by a project.
pub(super) const LISTS: &[&str] =
    &["solutions", "practice-examples", "working-groups", "learning-partnerships", "events", "publications"];

pub(super) const THEMES: Relation = Relation::ordered("project_theme", "project_id", "theme_id", &catalog::THEMES);
const MEMBERS: Relation = Relation::ordered("project_member", "project_id", "municipality_id", &MUNICIPALITIES);
const SOLUTIONS: Relation = Relation::sorted("solution_project", "project_id", "solution_id", &catalog::SOLUTIONS);
const EXAMPLES: Relation =
    Relation::sorted("practice_example_project", "project_id", "practice_example_id", &catalog::PRACTICE_EXAMPLES);
const GROUPS: Relation =
    Relation::sorted("working_group_member", "project_id", "working_group_id", &catalog::WORKING_GROUPS);
const PARTNERSHIPS: Relation = Relation::sorted(
    "learning_partnership_partner",
    "project_id",
    "learning_partnership_id",
    &catalog::LEARNING_PARTNERSHIPS,
);
const EVENTS: Relation = Relation::sorted("event_project", "project_id", "event_id", &catalog::EVENTS);
const PUBLICATIONS: Relation =
    Relation::sorted("publication_project", "project_id", "publication_id", &catalog::PUBLICATIONS);
const COUNTED: &[&Relation] = &[&SOLUTIONS, &EXAMPLES, &GROUPS, &PARTNERSHIPS, &EVENTS, &PUBLICATIONS];

pub(super) fn plan(query: &ProjectQuery) -> ListPlan {
    let by_lead = SortKey::text(LEAD);
    let default_order = query.near.map_or(by_lead, |near| nearest("project", near));
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, |by| order(by, query.near)),
        default_order,
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &ProjectQuery) -> Filter {
    Filter::of(&PROJECTS)
        .number("round", query.round.iter().map(|round| round.0).collect())
        .number("round_year", query.round_year.iter().map(|year| year.0).collect())
        .term("category", &query.category)
        .term("phase", &query.phase)
        .in_states(&query.federal_state)
        .related(&THEMES, &query.theme)
        .related(&MEMBERS, &query.municipality)
        .official("project_member", &query.ags)
        .within("project_place", query.bbox, query.near, query.radius_km)
}

/// Sort key of the name of the lead municipality.
const LEAD: &str = "coalesce((select title_key from project_place where project_place.project_id = project.id), '')";

fn order(by: ProjectOrder, near: Option<Near>) -> Option<SortKey> {
    Some(match by {
        ProjectOrder::Title => SortKey::text("project.title_key"),
        ProjectOrder::Slug => SortKey::text("(project.slug collate \"C\")"),
        ProjectOrder::Round => SortKey::integer("project.round"),
        ProjectOrder::RoundYear => SortKey::integer("project.round_year"),
        ProjectOrder::CreatedAt => SortKey::time("project.created_at"),
        ProjectOrder::UpdatedAt => SortKey::time("project.updated_at"),
        ProjectOrder::Municipality => SortKey::text(LEAD),
        ProjectOrder::Distance => return near.map(|near| nearest("project", near)),
        ProjectOrder::Relevance => return None,
    })
}

facet_specs! {
    ProjectFacet of ProjectQuery;
    Round => round: Column("round"), round;
    RoundYear => round_year: Column("round_year"), plain;
    Category => category: Column("category"), term::<Category>;
    Phase => phase: Column("phase"), term::<Phase>;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
    Theme => theme: Related(&THEMES), plain;
}

#[expect(clippy::unnecessary_wraps, reason = "label functions return an `Option`")]
fn round(number: &str) -> Option<Text> {
    Some(Text { de: format!("{number}. Staffel"), en: Some(format!("Round {number}")) })
}

impl Entry for Project {
    type Table = entity::project::Entity;
    const RESOURCE: &'static Resource = &catalog::PROJECTS;

    /// Loads all relations with three statements, independent of the number of rows.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let ids = ids(&rows, |row| row.id);
        let mut members = members(db, &ids).await?;
        let mut links = links(db, &[&THEMES], &ids).await?;
        let counts = counts(db, COUNTED, &ids).await?;
        let view = |row: Model| -> Result<Project> {
            let members = members.remove(&row.id).unwrap_or_default();
            let own_states: Vec<FederalState> = parse_terms(&row.federal_states)?;
            Ok(Project {
                themes: links.take(&THEMES, row.id),
                counts: ProjectCounts {
                    solutions: counts.of(&SOLUTIONS, row.id),
                    practice_examples: counts.of(&EXAMPLES, row.id),
                    working_groups: counts.of(&GROUPS, row.id),
                    learning_partnerships: counts.of(&PARTNERSHIPS, row.id),
                    events: counts.of(&EVENTS, row.id),
                    publications: counts.of(&PUBLICATIONS, row.id),
                },
                lists: Lists::of(&PROJECTS, &row.slug, LISTS),
                federal_states: states(&own_states, &members),
                own_states,
                location: members.iter().find(|member| member.role == ProjectRole::Lead).and_then(|lead| lead.location),
                members: members
                    .into_iter()
                    .map(|member| ProjectMember { municipality: member.link, role: member.role })
                    .collect(),
                identifiers: serde_json::from_value(row.identifiers).map_err(Error::internal)?,
                id: row.id,
                slug: row.slug,
                title: row.title,
                summary: row.summary,
                description: row.description,
                round: row.round,
                round_year: row.round_year,
                category: row.category,
                phase: row.phase,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                website: row.website,
                sources: row.sources,
                highlight: None,
                revision: row.revision,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        };
        rows.into_iter().map(view).collect()
    }
}

/// Returns the federal states of the members and the additional ones of the project, without duplicates, sorted by
/// code.
fn states(own: &[FederalState], members: &[Member]) -> Vec<FederalState> {
    let mut states: Vec<_> = own.iter().copied().chain(members.iter().map(|member| member.federal_state)).collect();
    states.sort_by_key(|state| state.value());
    states.dedup();
    states
}

/// Member of a project, with the values of the municipality that the representation of the project uses.
struct Member {
    link: MunicipalityLink,
    role: ProjectRole,
    federal_state: FederalState,
    location: Option<Location>,
}

/// Returns the members of each project, in their order.
async fn members(db: &impl ConnectionTrait, projects: &[Uuid]) -> Result<HashMap<Uuid, Vec<Member>>> {
    let rows = project_member::Entity::find()
        .find_also_related(municipality::Entity)
        .filter(Expr::cust_with_values("project_member.project_id = any ($1)", [projects.to_vec()]))
        .order_by_asc(project_member::Column::Position)
        .order_by_asc(project_member::Column::MunicipalityId);
    let mut members: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (member, municipality) in rows.all(db).await? {
        let municipality = municipality.map(|row| Member {
            role: member.role,
            federal_state: row.federal_state,
            location: Location::of(row.lon, row.lat),
            link: MunicipalityLink::new(row.id, row.slug, row.ags, row.title),
        });
        members.entry(member.project_id).or_default().extend(municipality);
    }
    Ok(members)
}

//! Queries for working groups: filters, sort orders, facets and relations.

use entity::vocabulary::{FederalState, GroupRole, OpenTo, WorkingGroupKind, WorkingGroupStatus};
use entity::working_group::Model;
use sea_orm::ConnectionTrait;

use super::dto::{GroupMember, WorkingGroup, WorkingGroupFacet, WorkingGroupOrder, WorkingGroupQuery};
use crate::base::error::{Error, Result};
use crate::base::terms::term_values;
use crate::model::catalog::{self, MUNICIPALITIES, Resource, WORKING_GROUPS};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};
use crate::write::participants::{Participant, Participants};

pub(super) const THEMES: Relation =
    Relation::ordered("working_group_theme", "working_group_id", "theme_id", &catalog::THEMES);
pub(super) const MEMBERS: Participants = Participants { table: "working_group_member", owner: "working_group_id" };
const PROJECTS: Relation =
    Relation::sorted("working_group_member", "working_group_id", "project_id", &catalog::PROJECTS);
const MUNICIPALITIES_OF: Relation =
    Relation::sorted("working_group_municipality", "working_group_id", "municipality_id", &MUNICIPALITIES);

pub(super) fn plan(query: &WorkingGroupQuery) -> ListPlan {
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, order),
        default_order: SortKey::text("working_group.title_key"),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &WorkingGroupQuery) -> Filter {
    Filter::of(&WORKING_GROUPS)
        .term("kind", &query.kind)
        .term("status", &query.status)
        .term("open_to", &query.open_to)
        .listed("working_group_member", "role", term_values(&query.role))
        .listed("working_group_output", "kind", term_values(&query.output_kind))
        .listed("working_group_country", "country", query.country.clone())
        .related(&THEMES, &query.theme)
        .related(&PROJECTS, &query.project)
        .related(&MUNICIPALITIES_OF, &query.municipality)
        .in_states(&query.federal_state)
        .during(query.from.as_ref(), query.to.as_ref())
}

fn order(by: WorkingGroupOrder) -> Option<SortKey> {
    Some(match by {
        WorkingGroupOrder::Title => SortKey::text("working_group.title_key"),
        WorkingGroupOrder::StartsOn => SortKey::text("coalesce(working_group.first_day, '')"),
        WorkingGroupOrder::CreatedAt => SortKey::time("working_group.created_at"),
        WorkingGroupOrder::UpdatedAt => SortKey::time("working_group.updated_at"),
        WorkingGroupOrder::Relevance => return None,
    })
}

facet_specs! {
    WorkingGroupFacet of WorkingGroupQuery;
    Kind => kind: Column("kind"), term::<WorkingGroupKind>;
    Status => status: Column("status"), term::<WorkingGroupStatus>;
    OpenTo => open_to: Column("open_to"), term::<OpenTo>;
    Country => country: JoinTable("working_group_country", "country"), plain;
    Theme => theme: Related(&THEMES), plain;
    Project => project: Related(&PROJECTS), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

impl Entry for WorkingGroup {
    type Table = entity::working_group::Entity;
    const RESOURCE: &'static Resource = &catalog::WORKING_GROUPS;

    /// Loads all relations with two statements, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let ids = ids(&rows, |row| row.id);
        let mut links = links(db, &[&THEMES], &ids).await?;
        let mut members = MEMBERS.of(db, &ids).await?;
        let view = |row: Model| -> Result<WorkingGroup> {
            let members: Vec<Participant<GroupRole>> = members.remove(&row.id).unwrap_or_default();
            Ok(WorkingGroup {
                themes: links.take(&THEMES, row.id),
                members: members.into_iter().map(GroupMember::from).collect(),
                outputs: serde_json::from_value(row.outputs).map_err(Error::internal)?,
                id: row.id,
                slug: row.slug,
                title: row.title,
                kind: row.kind,
                summary: row.summary,
                status: row.status,
                open_to: row.open_to,
                countries: row.countries,
                website: row.website,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
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

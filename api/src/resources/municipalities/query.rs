//! Queries for municipalities: filters, sort orders, facets and relations.

use std::collections::HashMap;

use entity::municipality::{self, Column, Model};
use entity::vocabulary::{FederalState, MunicipalityKind, SizeClass};
use sea_orm::prelude::Expr;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::dto::{District, Municipality, MunicipalityFacet, MunicipalityOrder, MunicipalityQuery};
use crate::base::error::Result;
use crate::model::catalog::{self, MUNICIPALITIES, Resource};
use crate::model::geo::{Bbox, Location, Near};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, term, yes_or_no};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};
use crate::query::sublists::Lists;

/// Lists that can be filtered by a municipality.
pub(super) const LISTS: &[&str] = &[
    "projects",
    "solutions",
    "practice-examples",
    "working-groups",
    "learning-partnerships",
    "events",
    "publications",
];

const PROJECTS: Relation = Relation::sorted("project_member", "municipality_id", "project_id", &catalog::PROJECTS);
const GROUPS: Relation =
    Relation::sorted("working_group_municipality", "municipality_id", "working_group_id", &catalog::WORKING_GROUPS);
const PARTNERSHIPS: Relation = Relation::sorted(
    "learning_partnership_municipality",
    "municipality_id",
    "learning_partnership_id",
    &catalog::LEARNING_PARTNERSHIPS,
);

pub(super) fn plan(query: &MunicipalityQuery) -> ListPlan {
    let by_title = SortKey::text("municipality.title_key");
    let default_order = query.near.map_or(by_title, |near| SortKey::number(near.distance()));
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, |by| order(by, query.near)),
        default_order,
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &MunicipalityQuery) -> Filter {
    let prefixes: Vec<String> = query.ags.iter().map(|prefix| format!("{}%", prefix.0)).collect();
    let begins = prefixes.into_iter().map(|prefix| Expr::cust_with_values(format!("{AGS} like $1"), [prefix]));
    let area = query.near.map(|near| near.condition(query.radius_km.unwrap_or_default()));
    Filter::of(&MUNICIPALITIES)
        .term("kind", &query.kind)
        .term("federal_state", &query.federal_state)
        .term("size_class", &query.size_class)
        .and(begins.reduce(ExprTrait::or))
        .compare("id in (select municipality_id from project_member) = $1", query.funded)
        .related(&PROJECTS, &query.project)
        .compare("population >= $1", query.population_min.map(|least| least.0))
        .compare("population <= $1", query.population_max.map(|most| most.0))
        .and(query.bbox.map(Bbox::condition))
        .and(area)
}

/// Expression of the index on official keys. A filter must repeat it exactly to use the index.
const AGS: &str = "(coalesce(municipality.ags, '') collate \"C\")";

fn order(by: MunicipalityOrder, near: Option<Near>) -> Option<SortKey> {
    Some(match by {
        MunicipalityOrder::Title => SortKey::text("municipality.title_key"),
        MunicipalityOrder::Ags => SortKey::text(AGS),
        MunicipalityOrder::Population => SortKey::integer("coalesce(municipality.population, -1)"),
        MunicipalityOrder::AreaKm2 => SortKey::number("coalesce(municipality.area_km2, -1)"),
        MunicipalityOrder::CreatedAt => SortKey::time("municipality.created_at"),
        MunicipalityOrder::UpdatedAt => SortKey::time("municipality.updated_at"),
        MunicipalityOrder::Distance => return near.map(|near| SortKey::number(near.distance())),
        MunicipalityOrder::Relevance => return None,
    })
}

facet_specs! {
    MunicipalityFacet of MunicipalityQuery;
    Kind => kind: Column("kind"), term::<MunicipalityKind>;
    FederalState => federal_state: Column("federal_state"), term::<FederalState>;
    SizeClass => size_class: Column("size_class"), term::<SizeClass>;
    Funded => funded: Column("id in (select municipality_id from project_member)"), yes_or_no;
}

impl Entry for Municipality {
    type Table = entity::municipality::Entity;
    const RESOURCE: &'static Resource = &catalog::MUNICIPALITIES;

    /// Loads all relations with two statements, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let districts = districts(db, &rows).await?;
        let mut links = links(db, &[&PROJECTS, &GROUPS, &PARTNERSHIPS], &ids(&rows, |row| row.id)).await?;
        let view = |row: Model| Municipality {
            district: district(&row, &districts),
            projects: links.take(&PROJECTS, row.id),
            working_groups: links.take(&GROUPS, row.id),
            learning_partnerships: links.take(&PARTNERSHIPS, row.id),
            lists: Lists::of(&MUNICIPALITIES, &row.slug, LISTS),
            id: row.id,
            slug: row.slug,
            ags: row.ags,
            title: row.title,
            designation: row.designation,
            kind: row.kind,
            federal_state: row.federal_state,
            population: row.population,
            population_as_of: row.population_as_of,
            area_km2: row.area_km2,
            size_class: row.size_class,
            location: Location::of(row.lon, row.lat),
            website: row.website,
            highlight: None,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

/// Returns the names of the districts of the rows, by official key.
async fn districts(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<String, String>> {
    let mut keys: Vec<String> = rows.iter().filter_map(|row| row.district_ags.clone()).collect();
    keys.sort();
    keys.dedup();
    let found =
        municipality::Entity::find().select_only().column(Column::Ags).expr(Expr::cust("municipality.title ->> 'de'"));
    let found = found.filter(Expr::cust_with_values("municipality.ags = any ($1)", [keys]));
    Ok(found.into_tuple().all(db).await?.into_iter().collect())
}

fn district(row: &Model, names: &HashMap<String, String>) -> Option<District> {
    let ags = row.district_ags.clone()?;
    let own = (row.kind == MunicipalityKind::IndependentCity).then(|| row.title.de.clone());
    Some(District { name: names.get(&ags).cloned().or(own), ags })
}

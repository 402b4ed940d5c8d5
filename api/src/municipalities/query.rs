//! What the database does for municipalities.

use std::collections::{BTreeMap, HashMap};

use entity::municipality::{self, Column, Model};
use entity::vocabulary::{FederalState, MunicipalityKind, SizeClass};
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QuerySelect, QueryTrait, Select, Statement,
};
use uuid::Uuid;

use super::ags::AgsPrefix;
use super::dto::{District, Municipality, MunicipalityFacet, MunicipalityOrder, MunicipalityQuery};
use crate::error::{Error, Result};
use crate::facets::{Bucket, Label, Values, buckets, labels, yes_or_no};
use crate::http::{Key, Link, ListQuery, Name, Page, Position, Sort};
use crate::keyset::{SortKey, in_order};
use crate::listing::{Asked, some};
use crate::references::Reference;
use crate::search::Search;
use crate::space::Location;

type List = ListQuery<MunicipalityQuery, Municipality>;

pub(super) const RESOURCE: &str = "municipality";

const PROJECT: Reference = Reference { parameter: "project", table: "project", names: &["slug"], few: true };

/// The municipalities a query asks for.
fn matching(query: &MunicipalityQuery, search: Option<&Search>) -> Select<municipality::Entity> {
    let member = |sql: &str| Expr::cust(format!("municipality.id {sql} (select municipality_id from project_member)"));
    let area = query.near.map(|near| near.condition(query.radius_km.unwrap_or_default()));
    municipality::Entity::find()
        .apply_if(search, |rows, search| rows.filter(search.condition("municipality.id")))
        .apply_if(some(&query.kind), |rows, kinds| rows.filter(Column::Kind.is_in(kinds)))
        .apply_if(some(&query.federal_state), |rows, states| rows.filter(Column::FederalState.is_in(states)))
        .apply_if(some(&query.ags), |rows, prefixes| rows.filter(begins(&prefixes)))
        .apply_if(some(&query.size_class), |rows, classes| rows.filter(Column::SizeClass.is_in(classes)))
        .apply_if(query.funded, |rows, funded| rows.filter(member(if funded { "in" } else { "not in" })))
        .apply_if(some(&query.project), |rows, projects| {
            rows.filter(Expr::cust_with_values(
                "municipality.id in (select pm.municipality_id from project_member pm join project p on p.id = pm.project_id \
                 where p.slug = any ($1) or p.id::text = any ($1))",
                [projects],
            ))
        })
        .apply_if(query.population_min, |rows, least| rows.filter(Column::Population.gte(least.0)))
        .apply_if(query.population_max, |rows, most| rows.filter(Column::Population.lte(most.0)))
        .apply_if(query.bbox, |rows, bbox| rows.filter(bbox.condition()))
        .apply_if(area, QueryFilter::filter)
        .apply_if(query.updated_since, |rows, since| rows.filter(Column::UpdatedAt.gte(since.0)))
}

/// As the index on keys has it.
const AGS: &str = "(coalesce(municipality.ags, '') collate \"C\")";

fn begins(prefixes: &[AgsPrefix]) -> Condition {
    prefixes.iter().fold(Condition::any(), |any, AgsPrefix(prefix)| {
        any.add(Expr::cust_with_values(format!("{AGS} like $1"), [format!("{prefix}%")]))
    })
}

async fn ask(db: &impl ConnectionTrait, query: &MunicipalityQuery) -> Result<Asked<municipality::Entity>> {
    use MunicipalityOrder::{Ags, AreaKm2, CreatedAt, Distance, Name, Population, Relevance, UpdatedAt};

    PROJECT.check(db, &query.project).await?;
    let search = Search::asked(db, RESOURCE, query.q.as_deref()).await?;
    let usual = match (&search, query.near) {
        (Some(_), _) => Sort { by: Relevance, descending: true },
        (None, Some(_)) => Sort { by: Distance, descending: false },
        (None, None) => Sort { by: Name, descending: false },
    };
    let sort = query.sort.unwrap_or(usual);
    let order = match (sort.by, &search, query.near) {
        (Relevance, Some(search), _) => SortKey::integer(search.rank("municipality.id")),
        (Distance, _, Some(near)) => SortKey::number(near.distance()),
        (Ags, ..) => SortKey::text(Expr::cust(AGS)),
        (Population, ..) => SortKey::integer(Expr::cust("coalesce(municipality.population, -1)")),
        (AreaKm2, ..) => SortKey::number(Expr::cust("coalesce(municipality.area_km2, -1)")),
        (CreatedAt, ..) => SortKey::time(Column::CreatedAt.into_expr()),
        (UpdatedAt, ..) => SortKey::time(Column::UpdatedAt.into_expr()),
        (Name | Relevance | Distance, ..) => SortKey::text(Column::NameKey.into_expr()),
    };
    let (rows, order) = (matching(query, search.as_ref()), order.turned(sort.descending));
    Ok(Asked { rows, id: Column::Id, order, search, highlight: query.highlight == Some(true) })
}

pub(super) async fn page(db: &DatabaseConnection, list: &List) -> Result<Page<Municipality>> {
    let asked = ask(db, &list.query).await?;
    let total = asked.rows.clone().count(db).await?;
    let facets = facets(db, &list.query, asked.search.as_ref()).await?;
    let (items, next) = asked.part(db, (list.after.as_ref(), list.limit()), load).await?;
    Ok(Page { items, total, next: next.map(|position| list.cursor(position)), facets })
}

/// A part of the list alone, for streams.
pub(super) async fn rows(
    db: &DatabaseConnection,
    list: &List,
    after: Option<&Position>,
    limit: u64,
) -> Result<(Vec<Municipality>, Option<Position>)> {
    ask(db, &list.query).await?.part(db, (after, limit), load).await
}

/// Each facet leaves its own filter out, so that the other values stay in sight.
async fn facets(
    db: &impl ConnectionTrait,
    query: &MunicipalityQuery,
    search: Option<&Search>,
) -> Result<BTreeMap<&'static str, Vec<Bucket>>> {
    let mut facets = BTreeMap::new();
    for facet in &query.facets {
        let mut others = query.clone();
        let (name, value, label) = open(*facet, &mut others);
        let entries = matching(&others, search);
        facets.insert(name, buckets(db, Values::Own(value), entries, Column::Id, label).await?);
    }
    Ok(facets)
}

/// The name of a facet, its value and what to show for it; takes its filter out of the query.
fn open(facet: MunicipalityFacet, query: &mut MunicipalityQuery) -> (&'static str, &'static str, Label<'static>) {
    match facet {
        MunicipalityFacet::Kind => {
            query.kind.clear();
            ("kind", "kind", labels::<MunicipalityKind>())
        }
        MunicipalityFacet::FederalState => {
            query.federal_state.clear();
            ("federal_state", "federal_state", labels::<FederalState>())
        }
        MunicipalityFacet::SizeClass => {
            query.size_class.clear();
            ("size_class", "size_class", labels::<SizeClass>())
        }
        MunicipalityFacet::Funded => {
            query.funded = None;
            ("funded", "id in (select municipality_id from project_member)", yes_or_no())
        }
    }
}

pub(super) async fn find(db: &impl ConnectionTrait, key: &Key) -> Result<(i64, Municipality)> {
    let name = match key.name() {
        Name::Id(id) => Column::Id.eq(id),
        Name::Slug(slug) => Column::Slug.eq(slug),
        Name::Official(ags) => Column::Ags.eq(ags),
    };
    let row = municipality::Entity::find().filter(name).one(db).await?.ok_or(Error::NotFound)?;
    let revision = row.revision;
    views(db, vec![row]).await?.pop().map(|municipality| (revision, municipality)).ok_or(Error::NotFound)
}

/// The municipalities with these ids, in their order.
async fn load(db: &DatabaseConnection, ids: &[Uuid]) -> Result<Vec<Municipality>> {
    let rows =
        municipality::Entity::find().filter(Expr::cust_with_values("municipality.id = any ($1)", [ids.to_vec()]));
    Ok(in_order(ids, views(db, rows.all(db).await?).await?, |municipality| municipality.id))
}

/// Two queries for all relations, however many rows there are.
async fn views(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Municipality>> {
    let districts = districts(db, &rows).await?;
    let mut projects = projects(db, &rows).await?;
    let view = |row: Model| Municipality {
        district: district(&row, &districts),
        projects: projects.remove(&row.id).unwrap_or_default(),
        id: row.id,
        slug: row.slug,
        ags: row.ags,
        name: row.name,
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
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The names of the rows' districts, by key.
async fn districts(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<String, String>> {
    let mut keys: Vec<String> = rows.iter().filter_map(|row| row.district_ags.clone()).collect();
    keys.sort();
    keys.dedup();
    let found = municipality::Entity::find().select_only().columns([Column::Ags, Column::Name]);
    let found = found.filter(Expr::cust_with_values("municipality.ags = any ($1)", [keys]));
    Ok(found.into_tuple().all(db).await?.into_iter().collect())
}

fn district(row: &Model, names: &HashMap<String, String>) -> Option<District> {
    let ags = row.district_ags.clone()?;
    let own = (row.kind == MunicipalityKind::IndependentCity).then(|| row.name.clone());
    Some(District { name: names.get(&ags).cloned().or(own), ags })
}

/// The projects of each row.
async fn projects(db: &impl ConnectionTrait, rows: &[Model]) -> Result<HashMap<Uuid, Vec<Link>>> {
    #[derive(FromQueryResult)]
    struct Membership {
        municipality_id: Uuid,
        id: Uuid,
        slug: String,
        name: String,
    }
    const SQL: &str = "select pm.municipality_id, p.id, p.slug, p.name from project_member pm \
                       join project p on p.id = pm.project_id where pm.municipality_id = any ($1) order by p.name_key, p.id";
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let found = Statement::from_sql_and_values(db.get_database_backend(), SQL, [ids.into()]);
    let mut projects: HashMap<Uuid, Vec<Link>> = HashMap::new();
    for found in Membership::find_by_statement(found).all(db).await? {
        let link = Link::new("projects", found.id, found.slug, found.name);
        projects.entry(found.municipality_id).or_default().push(link);
    }
    Ok(projects)
}

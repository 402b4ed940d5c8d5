//! What the database does to find projects.

use std::collections::{BTreeMap, HashMap};

use entity::Text;
use entity::project::{self, Column, Model};
use entity::vocabulary::{Category, FederalState, Phase, ProjectRole, Vocabulary};
use entity::{municipality, project_member, project_theme, theme};
use sea_orm::prelude::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QueryTrait,
    Select,
};
use uuid::Uuid;

use super::dto::{Project, ProjectFacet, ProjectMember, ProjectOrder, ProjectQuery};
use crate::error::{Error, Result};
use crate::facets::{Bucket, Label, Values, buckets, labels};
use crate::http::{Key, Link, ListQuery, Name, Page, Position, Sort};
use crate::keyset::{SortKey, in_order};
use crate::listing::{Asked, some};
use crate::municipalities::Member;
use crate::references::Reference;
use crate::search::Search;
use crate::themes;

type List = ListQuery<ProjectQuery, Project>;

pub(super) const RESOURCE: &str = "project";

const THEME: Reference = Reference { parameter: "theme", table: "theme", names: &["slug"], few: true };
const MUNICIPALITY: Reference =
    Reference { parameter: "municipality", table: "municipality", names: &["slug", "ags"], few: false };

/// The projects a query asks for.
fn matching(query: &ProjectQuery, search: Option<&Search>) -> Select<project::Entity> {
    let rounds = query.round.iter().map(|round| round.0).collect::<Vec<_>>();
    let years = query.round_year.iter().map(|year| year.0).collect::<Vec<_>>();
    let states = query.federal_state.iter().map(|state| state.value().to_owned()).collect::<Vec<_>>();
    let prefixes = query.ags.iter().map(|prefix| format!("{}%", prefix.0)).collect::<Vec<_>>();
    let area = query.near.map(|near| near.condition(query.radius_km.unwrap_or_default()));
    project::Entity::find()
        .apply_if(search, |rows, search| rows.filter(search.condition("project.id")))
        .apply_if(some(&rounds), |rows, rounds| rows.filter(Column::Round.is_in(rounds)))
        .apply_if(some(&years), |rows, years| rows.filter(Column::RoundYear.is_in(years)))
        .apply_if(some(&query.category), |rows, categories| rows.filter(Column::Category.is_in(categories)))
        .apply_if(some(&query.phase), |rows, phases| rows.filter(Column::Phase.is_in(phases)))
        .apply_if(some(&states), |rows, codes| {
            rows.filter(is_in("project_federal_state where federal_state = any ($1)", codes))
        })
        .apply_if(some(&query.theme), |rows, themes| rows.filter(is_in(ABOUT, themes)))
        .apply_if(some(&query.municipality), |rows, keys| rows.filter(is_in(NAMED, keys)))
        .apply_if(some(&prefixes), |rows, patterns| rows.filter(is_in(BEGINS, patterns)))
        .apply_if(query.bbox, |rows, bbox| rows.filter(lies(bbox.condition())))
        .apply_if(area, |rows, area| rows.filter(lies(area)))
        .apply_if(query.updated_since, |rows, since| rows.filter(Column::UpdatedAt.gte(since.0)))
}

/// Projects with a theme of that slug or id.
const ABOUT: &str = "project_theme join theme t on t.id = theme_id where t.slug = any ($1) or t.id::text = any ($1)";

/// Projects with a member of that official key, slug or id.
const NAMED: &str = "project_member join municipality m on m.id = municipality_id \
    where m.ags = any ($1) or m.slug = any ($1) or m.id::text = any ($1)";

/// Projects with a member whose official key is like that.
const BEGINS: &str = "project_member join municipality m on m.id = municipality_id where m.ags like any ($1)";

/// The projects that a relation names.
fn is_in(relation: &str, values: Vec<String>) -> Expr {
    Expr::cust_with_values(format!("project.id in (select project_id from {relation})"), [values])
}

fn lies(place: Expr) -> Expr {
    Expr::cust_with_expr("project.id in (select project_id from project_place where $1)", place)
}

async fn ask(db: &impl ConnectionTrait, query: &ProjectQuery) -> Result<Asked<project::Entity>> {
    use ProjectOrder::{CreatedAt, Distance, Municipality, Name, Relevance, Round, RoundYear, Slug, UpdatedAt};

    THEME.check(db, &query.theme).await?;
    MUNICIPALITY.check(db, &query.municipality).await?;
    let search = Search::asked(db, RESOURCE, query.q.as_deref()).await?;
    let usual = match (&search, query.near) {
        (Some(_), _) => Sort { by: Relevance, descending: true },
        (None, Some(_)) => Sort { by: Distance, descending: false },
        (None, None) => Sort { by: Municipality, descending: false },
    };
    let sort = query.sort.unwrap_or(usual);
    let place = |value: Expr| {
        Expr::cust_with_expr("(select $1 from project_place where project_place.project_id = project.id)", value)
    };
    let order = match (sort.by, &search, query.near) {
        (Relevance, Some(search), _) => SortKey::integer(search.rank("project.id")),
        (Distance, _, Some(near)) => SortKey::number(place(near.distance())),
        (Name, ..) => SortKey::text(Column::NameKey.into_expr()),
        (Slug, ..) => SortKey::text(Expr::cust("(project.slug collate \"C\")")),
        (Round, ..) => SortKey::integer(Column::Round.into_expr()),
        (RoundYear, ..) => SortKey::integer(Column::RoundYear.into_expr()),
        (CreatedAt, ..) => SortKey::time(Column::CreatedAt.into_expr()),
        (UpdatedAt, ..) => SortKey::time(Column::UpdatedAt.into_expr()),
        (Municipality | Relevance | Distance, ..) => {
            SortKey::text(Expr::cust_with_expr("coalesce($1, '')", place(Expr::cust("name_key"))))
        }
    };
    let (rows, order) = (matching(query, search.as_ref()), order.turned(sort.descending));
    Ok(Asked { rows, id: Column::Id, order, search, highlight: query.highlight == Some(true) })
}

pub(super) async fn page(db: &DatabaseConnection, list: &List) -> Result<Page<Project>> {
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
) -> Result<(Vec<Project>, Option<Position>)> {
    ask(db, &list.query).await?.part(db, (after, limit), load).await
}

/// Each facet leaves its own filter out, so that the other values stay in sight.
async fn facets(
    db: &impl ConnectionTrait,
    query: &ProjectQuery,
    search: Option<&Search>,
) -> Result<BTreeMap<&'static str, Vec<Bucket>>> {
    let themes = if query.facets.contains(&ProjectFacet::Theme) { themes::labels(db).await? } else { HashMap::new() };
    let mut facets = BTreeMap::new();
    for facet in &query.facets {
        let mut others = query.clone();
        let (name, values, label) = open(*facet, &mut others, &themes);
        facets.insert(name, buckets(db, values, matching(&others, search), Column::Id, label).await?);
    }
    Ok(facets)
}

/// The name of a facet, where its values stand and what to show for them; takes its filter out of the query.
fn open<'a>(
    facet: ProjectFacet,
    query: &mut ProjectQuery,
    themes: &'a HashMap<String, Text>,
) -> (&'static str, Values, Label<'a>) {
    let own = Values::Own;
    let related = |relation, value| Values::Related(relation, "project_id", value);
    match facet {
        ProjectFacet::Round => {
            query.round.clear();
            ("round", own("round"), Box::new(round))
        }
        ProjectFacet::RoundYear => {
            query.round_year.clear();
            ("round_year", own("round_year"), Box::new(|_| None))
        }
        ProjectFacet::Category => {
            query.category.clear();
            ("category", own("category"), labels::<Category>())
        }
        ProjectFacet::Phase => {
            query.phase.clear();
            ("phase", own("phase"), labels::<Phase>())
        }
        ProjectFacet::FederalState => {
            query.federal_state.clear();
            ("federal_state", related("project_federal_state", "federal_state"), labels::<FederalState>())
        }
        ProjectFacet::Theme => {
            query.theme.clear();
            ("theme", related("project_theme_slug", "slug"), Box::new(|slug| themes.get(slug).cloned()))
        }
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as every label")]
fn round(number: &str) -> Option<Text> {
    Some(Text { de: format!("{number}. Staffel"), en: Some(format!("Round {number}")) })
}

pub(super) async fn find(db: &impl ConnectionTrait, key: &Key) -> Result<(i64, Project)> {
    let name = match key.name() {
        Name::Id(id) => Column::Id.eq(id),
        Name::Slug(slug) => Column::Slug.eq(slug),
        Name::Official(_) => return Err(Error::NotFound),
    };
    let row = project::Entity::find().filter(name).one(db).await?.ok_or(Error::NotFound)?;
    let revision = row.revision;
    views(db, vec![row]).await?.pop().map(|project| (revision, project)).ok_or(Error::NotFound)
}

/// The projects with these ids, in their order.
async fn load(db: &DatabaseConnection, ids: &[Uuid]) -> Result<Vec<Project>> {
    let rows = project::Entity::find().filter(Expr::cust_with_values("project.id = any ($1)", [ids.to_vec()]));
    Ok(in_order(ids, views(db, rows.all(db).await?).await?, |project| project.id))
}

/// Two queries for all relations, however many rows there are.
async fn views(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Project>> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut members = members(db, Some(&ids)).await?;
    let mut themes = themes_of(db, Some(&ids)).await?;
    let mut view = |row: Model| -> Result<Project> {
        let members = members.remove(&row.id).unwrap_or_default();
        Ok(Project {
            themes: themes.remove(&row.id).unwrap_or_default(),
            federal_states: states(&row, &members)?,
            location: members.iter().find(|(_, role)| *role == ProjectRole::Lead).and_then(|(lead, _)| lead.location),
            members: members
                .into_iter()
                .map(|(member, role)| ProjectMember { municipality: member.link, role })
                .collect(),
            identifiers: serde_json::from_value(row.identifiers).map_err(Error::fault)?,
            id: row.id,
            slug: row.slug,
            name: row.name,
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
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    };
    rows.into_iter().map(&mut view).collect()
}

/// The states of the members and those the project names beyond them, each once, by code.
fn states(row: &Model, members: &[(Member, ProjectRole)]) -> Result<Vec<FederalState>> {
    let mut states = super::store::stored_states(row)?;
    states.extend(members.iter().map(|(member, _)| member.federal_state));
    states.sort_by_key(|state| state.value());
    states.dedup();
    Ok(states)
}

/// The members of some projects, or of all, in their order.
pub(super) async fn members(
    db: &impl ConnectionTrait,
    projects: Option<&[Uuid]>,
) -> Result<HashMap<Uuid, Vec<(Member, ProjectRole)>>> {
    let rows = project_member::Entity::find()
        .find_also_related(municipality::Entity)
        .apply_if(projects, |rows, ids| {
            rows.filter(Expr::cust_with_values("project_member.project_id = any ($1)", [ids.to_vec()]))
        })
        .order_by_asc(project_member::Column::Position);
    let mut members: HashMap<Uuid, Vec<_>> = HashMap::new();
    for (member, municipality) in rows.all(db).await? {
        let municipality = municipality.map(|row| (Member::new(row), member.role));
        members.entry(member.project_id).or_default().extend(municipality);
    }
    Ok(members)
}

/// The themes of some projects, or of all, in their order.
pub(super) async fn themes_of(
    db: &impl ConnectionTrait,
    projects: Option<&[Uuid]>,
) -> Result<HashMap<Uuid, Vec<Link>>> {
    let rows = project_theme::Entity::find()
        .find_also_related(theme::Entity)
        .apply_if(projects, |rows, ids| {
            rows.filter(Expr::cust_with_values("project_theme.project_id = any ($1)", [ids.to_vec()]))
        })
        .order_by_asc(project_theme::Column::Position);
    let mut themes: HashMap<Uuid, Vec<Link>> = HashMap::new();
    for (owner, theme) in rows.all(db).await? {
        let link = theme.map(|theme| Link::new("themes", theme.id, theme.slug, theme.label.de));
        themes.entry(owner.project_id).or_default().extend(link);
    }
    Ok(themes)
}

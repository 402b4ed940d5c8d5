//! What the database does for themes.

use std::collections::{BTreeMap, HashMap};

use entity::Text;
use entity::theme::{self, Column};
use sea_orm::prelude::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, PaginatorTrait,
    QueryFilter, QueryTrait, Select, Statement,
};
use uuid::Uuid;

use super::dto::{Theme, ThemeCounts, ThemeFacet, ThemeInput, ThemeOrder, ThemeQuery};
use crate::db::{Stored, Write, upsert};
use crate::error::{Error, Result};
use crate::facets::{Bucket, Values, buckets};
use crate::http::{Key, ListQuery, Name, Page, Position, Sort};
use crate::keyset::{SortKey, in_order};
use crate::listing::Asked;
use crate::search::{self, Search};

type List = ListQuery<ThemeQuery, Theme>;

const RESOURCE: &str = "theme";

/// What a change writes.
const WRITTEN: [Column; 6] =
    [Column::Slug, Column::Label, Column::Description, Column::Sdgs, Column::Revision, Column::UpdatedAt];

/// The themes a query asks for.
fn matching(query: &ThemeQuery, search: Option<&Search>) -> Select<theme::Entity> {
    let goals: Vec<i16> = query.sdg.iter().filter_map(|goal| goal.0.try_into().ok()).collect();
    theme::Entity::find()
        .apply_if(search, |rows, search| rows.filter(search.condition("theme.id")))
        .apply_if((!goals.is_empty()).then_some(goals), |rows, goals| {
            rows.filter(Expr::cust_with_values("theme.sdgs && $1::smallint[]", [goals]))
        })
        .apply_if(query.updated_since, |rows, since| rows.filter(Column::UpdatedAt.gte(since.0)))
}

async fn ask(db: &impl ConnectionTrait, query: &ThemeQuery) -> Result<Asked<theme::Entity>> {
    let search = Search::asked(db, RESOURCE, query.q.as_deref()).await?;
    let by_relevance = Sort { by: ThemeOrder::Relevance, descending: true };
    let by_label = Sort { by: ThemeOrder::Label, descending: false };
    let sort = query.sort.unwrap_or(if search.is_some() { by_relevance } else { by_label });
    let order = match (sort.by, &search) {
        (ThemeOrder::Relevance, Some(search)) => SortKey::integer(search.rank("theme.id")),
        (ThemeOrder::CreatedAt, _) => SortKey::time(Column::CreatedAt.into_expr()),
        (ThemeOrder::UpdatedAt, _) => SortKey::time(Column::UpdatedAt.into_expr()),
        (ThemeOrder::Label | ThemeOrder::Relevance, _) => SortKey::text(Column::LabelKey.into_expr()),
    };
    let (rows, order) = (matching(query, search.as_ref()), order.turned(sort.descending));
    Ok(Asked { rows, id: Column::Id, order, search, highlight: query.highlight == Some(true) })
}

pub(super) async fn page(db: &DatabaseConnection, list: &List) -> Result<Page<Theme>> {
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
) -> Result<(Vec<Theme>, Option<Position>)> {
    ask(db, &list.query).await?.part(db, (after, limit), load).await
}

async fn facets(
    db: &impl ConnectionTrait,
    query: &ThemeQuery,
    search: Option<&Search>,
) -> Result<BTreeMap<&'static str, Vec<Bucket>>> {
    let mut facets = BTreeMap::new();
    if query.facets.contains(&ThemeFacet::Sdg) {
        let others = ThemeQuery { sdg: vec![], ..query.clone() };
        let values = Values::Related("theme_goal", "theme_id", "goal");
        let counted = buckets(db, values, matching(&others, search), Column::Id, Box::new(|_| None)).await?;
        facets.insert("sdg", counted);
    }
    Ok(facets)
}

pub(super) async fn find(db: &impl ConnectionTrait, key: &Key) -> Result<(i64, Theme)> {
    let name = match key.name() {
        Name::Id(id) => Column::Id.eq(id),
        Name::Slug(slug) => Column::Slug.eq(slug),
        Name::Official(_) => return Err(Error::NotFound),
    };
    let row = theme::Entity::find().filter(name).one(db).await?.ok_or(Error::NotFound)?;
    let revision = row.revision;
    views(db, vec![row]).await?.pop().map(|theme| (revision, theme)).ok_or(Error::NotFound)
}

/// The themes with these ids, in their order.
async fn load(db: &DatabaseConnection, ids: &[Uuid]) -> Result<Vec<Theme>> {
    let rows = theme::Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    Ok(in_order(ids, views(db, rows).await?, |theme| theme.id))
}

/// One query for all counts, however many rows there are.
async fn views(db: &impl ConnectionTrait, rows: Vec<theme::Model>) -> Result<Vec<Theme>> {
    #[derive(FromQueryResult)]
    struct Projects {
        theme_id: Uuid,
        count: i64,
    }
    const SQL: &str =
        "select theme_id, count(*) as count from project_theme where theme_id = any ($1) group by theme_id";
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let counted = Statement::from_sql_and_values(db.get_database_backend(), SQL, [ids.into()]);
    let counted = Projects::find_by_statement(counted).all(db).await?;
    let counted: HashMap<Uuid, i64> = counted.into_iter().map(|found| (found.theme_id, found.count)).collect();
    let view = |row: theme::Model| Theme {
        counts: ThemeCounts { projects: counted.get(&row.id).copied().unwrap_or_default() },
        id: row.id,
        slug: row.slug,
        label: row.label,
        description: row.description,
        sdgs: row.sdgs,
        highlight: None,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(view).collect())
}

/// The labels of all themes, by slug.
pub(crate) async fn labels(db: &impl ConnectionTrait) -> Result<HashMap<String, Text>> {
    let rows = theme::Entity::find().all(db).await?;
    Ok(rows.into_iter().map(|row| (row.slug, row.label)).collect())
}

/// What was set of the themes with these slugs, or of all.
pub(crate) async fn current(db: &impl ConnectionTrait, slugs: Option<Vec<String>>) -> Result<Vec<(Uuid, ThemeInput)>> {
    let rows = theme::Entity::find()
        .apply_if(slugs, |rows, slugs| rows.filter(Expr::cust_with_values("theme.slug = any ($1)", [slugs])));
    let mut rows = rows.all(db).await?;
    rows.sort_by(|left, right| left.slug.cmp(&right.slug));
    let input = |row: theme::Model| {
        (row.id, ThemeInput { slug: row.slug, label: row.label, description: row.description, sdgs: row.sdgs })
    };
    Ok(rows.into_iter().map(input).collect())
}

impl ThemeInput {
    /// The pattern names every field: one that nobody stores does not compile.
    fn into_row(self, id: Uuid, write: &Write) -> theme::ActiveModel {
        let Self { slug, label, description, sdgs } = self;
        theme::ActiveModel {
            id: Set(id),
            slug: Set(slug),
            label: Set(label),
            description: Set(description),
            sdgs: Set(sdgs),
            revision: Set(write.version.number),
            created_at: Set(write.at()),
            updated_at: Set(write.at()),
            ..Default::default()
        }
    }
}

/// Creates the themes, or changes those whose slug is there and whose content differs.
pub(crate) async fn save(write: &Write, inputs: Vec<ThemeInput>) -> Result<Stored> {
    let slugs = inputs.iter().map(|input| input.slug.clone()).collect();
    let known = current(&write.tx, Some(slugs)).await?;
    let known: HashMap<String, (Uuid, ThemeInput)> =
        known.into_iter().map(|(id, input)| (input.slug.clone(), (id, input))).collect();
    let mut stored = Stored::default();
    let rows = stored.changed(inputs, |input| known.get(&input.slug));
    let ids = rows.iter().map(|(id, _)| *id).collect();
    let rows = rows.into_iter().map(|(id, input)| input.into_row(id, write)).collect();
    upsert(&write.tx, rows, &WRITTEN).await?;
    search::refresh(&write.tx, RESOURCE, ids).await?;
    Ok(stored)
}

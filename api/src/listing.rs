//! How every list and every entry is answered, once a resource has said what of it is asked for.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use entity::PartialDate;
use entity::vocabulary::Vocabulary;
use sea_orm::prelude::Expr;
use sea_orm::{
    Condition, ConnectionTrait, DatabaseConnection, EntityTrait, FromQueryResult, ModelTrait, PaginatorTrait,
    QueryFilter, QueryOrder, Select,
};
use uuid::Uuid;

use crate::State;
use crate::error::{Error, Result};
use crate::facets::{Facet, buckets};
use crate::format::Record;
use crate::http::{Filters, Key, ListQuery, Page, Position, Sort};
use crate::keyset::{SortKey, in_order, slice};
use crate::municipalities::AgsPrefix;
use crate::relation::Relation;
use crate::resource::Resource;
use crate::search::Search;
use crate::space::{Bbox, Kilometres, Near};
use crate::terms::of_terms;

/// What a list asks for, as a value: nothing of it has been read yet.
pub(crate) struct Plan {
    /// Entries of other resources that filters name.
    pub named: Vec<(&'static Resource, Vec<String>)>,
    /// Which entries.
    pub filters: Filter,
    /// What to order them by where nothing was said.
    pub usual: SortKey,
    /// What to order them by, if anything was said; by relevance if that is no column.
    pub order: Option<(Option<SortKey>, bool)>,
    pub facets: Vec<Facet>,
}

impl Plan {
    /// An order that was asked for.
    pub(crate) fn order<O: Copy>(
        sort: Option<Sort<O>>,
        key: impl Fn(O) -> Option<SortKey>,
    ) -> Option<(Option<SortKey>, bool)> {
        sort.map(|sort| (key(sort.by), sort.descending))
    }
}

/// Which entries of a table: each condition narrows the others.
#[derive(Clone)]
pub(crate) struct Filter {
    table: &'static str,
    condition: Condition,
}

impl Filter {
    pub(crate) fn of(resource: &Resource) -> Self {
        Self::of_table(resource.table)
    }

    pub(crate) fn of_table(table: &'static str) -> Self {
        Self { table, condition: Condition::all() }
    }

    pub(crate) fn and(mut self, condition: Option<Expr>) -> Self {
        self.condition = self.condition.add_option(condition);
        self
    }

    /// A column of the table compared with a value, if there is one: `column op $1`.
    pub(crate) fn compare(self, comparison: &str, value: Option<impl Into<sea_orm::Value>>) -> Self {
        let sql = format!("{}.{comparison}", self.table);
        self.and(value.map(|value| Expr::cust_with_values(sql, [value])))
    }

    /// One of several terms, if any are given.
    pub(crate) fn term<V: Vocabulary>(self, column: &str, terms: &[V]) -> Self {
        self.text(column, of_terms(terms))
    }

    /// One of several texts, if any are given.
    pub(crate) fn text(self, column: &str, texts: Vec<String>) -> Self {
        self.compare(&format!("{column} = any ($1)"), (!texts.is_empty()).then_some(texts))
    }

    /// One of several numbers, if any are given.
    pub(crate) fn number(self, column: &str, numbers: Vec<i64>) -> Self {
        self.compare(&format!("{column} = any ($1)"), (!numbers.is_empty()).then_some(numbers))
    }

    /// Related to one of several others, if any are given.
    pub(crate) fn related(self, relation: &Relation, others: &[String]) -> Self {
        let names = (!others.is_empty()).then(|| relation.names(self.table, others));
        self.and(names)
    }

    /// Has one of several values in a view with a row for each entry and value, if any are given.
    pub(crate) fn listed(self, view: &str, column: &str, values: Vec<String>) -> Self {
        let table = self.table;
        let listed = format!("id in (select {table}_id from {view} where {column} = any ($1))");
        self.compare(&listed, (!values.is_empty()).then_some(values))
    }

    /// With a municipality, in a view of municipalities, whose official key begins like one of these.
    pub(crate) fn official(self, view: &str, prefixes: &[AgsPrefix]) -> Self {
        let patterns: Vec<String> = prefixes.iter().map(|AgsPrefix(prefix)| format!("{prefix}%")).collect();
        let sql = format!(
            "id in (select {}_id from {view} join municipality m on m.id = municipality_id where m.ags like any ($1))",
            self.table
        );
        self.compare(&sql, (!patterns.is_empty()).then_some(patterns))
    }

    /// With a place, in a view of places, that lies in a box and around a point.
    pub(crate) fn within(
        self,
        view: &str,
        (bbox, near, radius): (Option<Bbox>, Option<Near>, Option<Kilometres>),
    ) -> Self {
        let table = self.table;
        let sql = format!("{table}.id in (select {table}_id from {view} where $1)");
        let lies = |place: Expr| Expr::cust_with_expr(sql.clone(), place);
        let around = near.map(|near| near.condition(radius.unwrap_or_default()));
        self.and(bbox.map(Bbox::condition).map(&lies)).and(around.map(&lies))
    }

    /// Goes on for at least one of the days of a span that is open where it has no end.
    pub(crate) fn during(self, from: Option<&PartialDate>, to: Option<&PartialDate>) -> Self {
        let day = |date: &PartialDate| date.to_string();
        self.compare("last_day >= first_day_of($1)", from.map(day)).compare("first_day <= last_day_of($1)", to.map(day))
    }

    fn select<E: EntityTrait>(&self, search: Option<&Search>) -> Select<E> {
        let found = search.map(|search| search.condition(&format!("{}.id", self.table)));
        E::find().filter(self.condition.clone()).filter(Condition::all().add_option(found))
    }
}

/// A list that was planned and searched: its parts can be read one after another.
#[derive(Clone)]
struct Asked<E: EntityTrait> {
    rows: Select<E>,
    order: SortKey,
    search: Option<Search>,
    is_ranked: bool,
    highlight: bool,
}

impl<E: EntityTrait> Asked<E> {
    fn new(plan: &Plan, search: Option<Search>, highlight: bool) -> Self {
        let relevance =
            search.as_ref().map(|search| SortKey::integer(search.rank(&format!("{}.id", plan.filters.table))));
        let is_ranked = search.is_some() && !matches!(plan.order, Some((Some(_), _)));
        let order = match (&plan.order, relevance) {
            (Some((Some(key), descending)), _) => key.clone().turned(*descending),
            (Some((None, descending)), Some(relevance)) => relevance.turned(*descending),
            (None, Some(relevance)) => relevance.turned(true),
            (Some((None, _)) | None, None) => plan.usual.clone(),
        };
        Self { rows: plan.filters.select(search.as_ref()), order, search, is_ranked, highlight }
    }

    /// The entries that follow a position, and where to read on if there are more.
    async fn part<M, T>(
        &self,
        db: &DatabaseConnection,
        (after, limit): (Option<&Position>, u64),
        views: &impl AsyncFn(&DatabaseConnection, Vec<M>) -> Result<Vec<T>>,
    ) -> Result<(Vec<T>, Option<Position>)>
    where
        M: ModelTrait<Entity = E>,
        E: EntityTrait<Model = M>,
        T: Record,
    {
        let (positions, next) = slice(db, self.rows.clone(), self.order.clone(), after, limit).await?;
        if positions.is_empty() {
            return Ok((vec![], next));
        }
        let ids: Vec<Uuid> = positions.iter().map(|position| position.id).collect();
        let rows = E::find().filter(Expr::cust_with_values("id = any ($1)", [ids])).all(db).await?;
        let mut entries = in_order(positions, views(db, rows).await?, T::id);
        if let Some(search) = self.search.as_ref().filter(|_| self.highlight) {
            let texts: Vec<_> = entries.iter().map(|(entry, _)| entry.texts()).collect();
            let marked = search.highlight(db, &texts).await?;
            for ((entry, _), marked) in entries.iter_mut().zip(marked) {
                entry.mark(marked);
            }
        }
        for (entry, key) in entries.iter_mut().filter(|_| self.is_ranked) {
            entry.rank(key);
        }
        Ok((entries.into_iter().map(|(entry, _)| entry).collect(), next))
    }
}

/// Answers a list: one page, or every match in a streamed form.
pub(crate) async fn list<Q, T, M, E>(
    (state, req): (Data<State>, HttpRequest),
    list: ListQuery<Q, T>,
    plan: impl Fn(&Q) -> Plan,
    views: impl AsyncFn(&DatabaseConnection, Vec<M>) -> Result<Vec<T>> + 'static,
) -> Result<HttpResponse>
where
    Q: Filters + 'static,
    T: Record,
    M: ModelTrait<Entity = E> + FromQueryResult + Send + Sync,
    E: EntityTrait<Model = M>,
{
    let (db, version) = (state.read()?, state.directory.version());
    let mut plan = plan(&list.query);
    if list.view.is_feed() {
        plan.usual = SortKey::time(Expr::cust(format!("{}.updated_at", plan.filters.table))).turned(true);
    }
    for (resource, names) in &plan.named {
        resource.check(db, names).await?;
    }
    let search = Search::asked(db, plan.filters.table, list.usual.q.as_ref()).await?;
    let since = list.usual.updated_since.map(|since| since.0);
    let plan = Plan { filters: plan.filters.compare("updated_at >= $1", since), ..plan };
    let asked = Asked::<E>::new(&plan, search, list.usual.highlight.unwrap_or(T::MARKED));
    if list.view.is_streamed() {
        let state = state.clone();
        return list
            .stream(&req, async move |after, limit| asked.part(state.read()?, (after, limit), &views).await)
            .await;
    }
    let total = asked.rows.clone().count(db).await?;
    let mut facets = BTreeMap::new();
    for facet in plan.facets {
        let entries = facet.filters.clone().compare("updated_at >= $1", since).select::<E>(asked.search.as_ref());
        facets.insert(facet.name, buckets(db, facet, entries).await?);
    }
    let (items, next) = asked.part(db, (list.after.as_ref(), list.limit()), &views).await?;
    let did_you_mean = match &asked.search {
        Some(search) if total == 0 => search.did_you_mean(db).await?,
        _ => None,
    };
    let next = next.map(|position| list.cursor(position));
    list.reply(&req, Page { items, total, next, facets, did_you_mean }, version)
}

/// The entry that a key names.
pub(crate) async fn entry<M, T>(
    db: &DatabaseConnection,
    resource: &Resource,
    key: &Key,
    views: impl AsyncFn(&DatabaseConnection, Vec<M>) -> Result<Vec<T>>,
) -> Result<T>
where
    M: ModelTrait,
    M::Entity: EntityTrait<Model = M>,
{
    let row = M::Entity::find().filter(resource.keyed(key)?).one(db).await?.ok_or(Error::NotFound)?;
    views(db, vec![row]).await?.pop().ok_or(Error::NotFound)
}

/// What was set of all entries, or of those with these slugs or official keys, by key or slug.
pub(crate) async fn inputs<C: ConnectionTrait, M, T, I>(
    db: &C,
    resource: &Resource,
    names: Option<Vec<String>>,
    views: impl AsyncFn(&C, Vec<M>) -> Result<Vec<T>>,
) -> Result<Vec<(Uuid, I)>>
where
    M: ModelTrait,
    M::Entity: EntityTrait<Model = M>,
    T: Record + Into<I>,
{
    let official = resource.official.map(|column| format!(" or {column} = any ($1)")).unwrap_or_default();
    let these = names.map(|names| Expr::cust_with_values(format!("(slug = any ($1){official})"), [names]));
    let order = Expr::cust(format!("{} collate \"C\"", resource.official.unwrap_or("slug")));
    let rows = M::Entity::find().filter(Condition::all().add_option(these)).order_by_asc(order);
    let rows = rows.order_by_asc(Expr::cust("slug collate \"C\"")).all(db).await?;
    Ok(views(db, rows).await?.into_iter().map(|entry| (entry.id(), entry.into())).collect())
}

/// The ids of some entries.
pub(crate) fn ids<M>(rows: &[M], id: impl Fn(&M) -> Uuid) -> Vec<Uuid> {
    rows.iter().map(id).collect()
}

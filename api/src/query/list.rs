//! Lists of entries, shared by all resources.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use sea_orm::prelude::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, FromQueryResult, ModelTrait, PaginatorTrait, QueryFilter, Select};
use uuid::Uuid;

use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{Filters, ListParams, ListQuery, Page, Position, SearchMatches, Sort};
use crate::query::facets::{Facet, facet_values};
use crate::query::filter::Filter;
use crate::query::full_text::Search;
use crate::query::keyset::{SortKey, in_order, slice};

/// Filters, sort order and facets of a list request.
pub(crate) struct ListPlan {
    /// Conditions on the entries.
    pub filters: Filter,
    /// Sort key if neither `sort` nor `q` is given.
    pub default_order: SortKey,
    /// Requested sort order. `None` if `sort` is omitted.
    pub order: Option<RequestedOrder>,
    /// Requested facets.
    pub facets: Vec<Facet>,
}

/// A sort order that the request names.
pub(crate) struct RequestedOrder {
    /// The sort key. `None` stands for relevance.
    pub key: Option<SortKey>,
    /// Whether the order is descending.
    pub is_descending: bool,
}

impl ListPlan {
    /// Returns the requested sort order.
    pub(crate) fn order<O: Copy>(sort: Option<Sort<O>>, key: impl Fn(O) -> Option<SortKey>) -> Option<RequestedOrder> {
        sort.map(|sort| RequestedOrder { key: key(sort.by), is_descending: sort.descending })
    }
}

/// The prepared query of a list, which is read in parts.
#[derive(Clone)]
struct PreparedList<E: EntityTrait> {
    rows: Select<E>,
    order: SortKey,
    search: Option<Search>,
    is_ranked: bool,
    highlight: bool,
}

impl<E: EntityTrait> PreparedList<E> {
    fn new(plan: &ListPlan, search: Option<Search>, highlight: bool) -> Self {
        let relevance =
            search.as_ref().map(|search| SortKey::integer(search.rank(&format!("{}.id", plan.filters.table))));
        let is_ranked = search.is_some() && !matches!(plan.order, Some(RequestedOrder { key: Some(_), .. }));
        let order = match (&plan.order, relevance) {
            (Some(RequestedOrder { key: Some(key), is_descending }), _) => key.clone().turned(*is_descending),
            (Some(RequestedOrder { key: None, is_descending }), Some(relevance)) => relevance.turned(*is_descending),
            (None, Some(relevance)) => relevance.turned(true),
            (Some(RequestedOrder { key: None, .. }) | None, None) => plan.default_order.clone(),
        };
        Self { rows: plan.filters.select(search.as_ref()), order, search, is_ranked, highlight }
    }

    /// Returns up to `limit` entries after a position, and the position to continue from if there are more.
    async fn part<M, T>(
        &self,
        db: &DatabaseTransaction,
        after: Option<&Position>,
        limit: u64,
        views: &impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>>,
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

/// Responds with a list: one page, or a stream of all matches. Fails with `Error::Parameters` if a filter names an
/// unknown entry, or if the cursor is invalid.
pub(crate) async fn list<Q, T, M, E>(
    context: &Data<Context>,
    req: &HttpRequest,
    mut list: ListQuery<Q, T>,
    plan: impl Fn(&Q) -> ListPlan,
    views: impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>> + 'static,
) -> Result<HttpResponse>
where
    Q: Filters + 'static,
    T: Record,
    M: ModelTrait<Entity = E> + FromQueryResult + Send + Sync,
    E: EntityTrait<Model = M>,
{
    // Total, page and facets come from one snapshot.
    let snapshot = context.snapshot().await?;
    let db = &snapshot;
    // Replace references by IDs, so that former keys are resolved only once.
    for (resource, names) in list.query.references() {
        *names = resource.check(db, names).await?.iter().map(Uuid::to_string).collect();
    }
    let mut plan = plan(&list.query);
    if list.representation.is_feed() {
        plan.default_order = SortKey::time(Expr::cust(format!("{}.updated_at", plan.filters.table))).turned(true);
    }
    let search = Search::asked(db, plan.filters.table, list.params.q.as_ref()).await?;
    let plan = ListPlan { filters: limited(plan.filters, &list.params), ..plan };
    let asked = PreparedList::<E>::new(&plan, search, list.params.highlight.unwrap_or(T::MARKED));
    if list.representation.is_streamed() {
        snapshot.commit().await?;
        let context = context.clone();
        return list
            .stream(req, async move |after, limit| asked.part(&context.snapshot().await?, after, limit, &views).await)
            .await;
    }
    let total = asked.rows.clone().count(db).await?;
    let mut facets = BTreeMap::new();
    for facet in plan.facets {
        let entries = limited(facet.filters.clone(), &list.params).select::<E>(asked.search.as_ref());
        facets.insert(facet.name, facet_values(db, facet, entries).await?);
    }
    let (items, next) = asked.part(db, list.after.as_ref(), list.limit(), &views).await?;
    let did_you_mean = match &asked.search {
        Some(search) if total == 0 => search.did_you_mean(db).await?,
        _ => None,
    };
    let search = match &asked.search {
        Some(search) => Some(matches(db, search, total).await?),
        None => None,
    };
    snapshot.commit().await?;
    let next = next.map(|position| list.cursor(position));
    list.reply(req, Page { items, total, total_is_lower_bound: false, next, facets, did_you_mean, search })
}

/// Returns how the words of a search were found. Only entries with all words are returned.
async fn matches(db: &DatabaseTransaction, search: &Search, total: u64) -> Result<SearchMatches> {
    let corrected_to = search.corrected_to(db).await?;
    Ok(SearchMatches { all_words: total, some_words: 0, corrected_to, incomplete: false })
}

/// Adds the conditions that apply to every resource.
fn limited(filter: Filter, params: &ListParams) -> Filter {
    let named = |names: &[String]| (!names.is_empty()).then(|| names.to_vec());
    filter
        .compare("updated_at >= $1", params.updated_since.map(|since| since.0))
        .compare("id = any ($1::text[]::uuid[])", named(&params.ids))
        .compare("slug = any ($1)", named(&params.slug))
}

/// Returns the IDs of some rows.
pub(crate) fn ids<M>(rows: &[M], id: impl Fn(&M) -> Uuid) -> Vec<Uuid> {
    rows.iter().map(id).collect()
}

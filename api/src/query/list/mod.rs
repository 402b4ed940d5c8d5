//! Lists of entries, shared by all resources.

mod page;
mod prepared;
mod ranking;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use sea_orm::prelude::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, FromQueryResult, ModelTrait};
use uuid::Uuid;

use self::page::respond;
use self::prepared::PreparedList;
use crate::base::db::Share;
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Record, Represented};
use crate::http::{Filters, ListParams, ListPart, ListQuery, Page, Position, Sort};
use crate::query::entry::Entry;
use crate::query::entry_sets::{FoundEntries, SetSlice};
use crate::query::facets::Facet;
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::query_cache::QueryCache;

pub(crate) use self::page::SearchBudget;

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

/// Responds with a list of items that `views` builds from their rows: one page, or a stream of all matches. Fails with
/// `Error::Parameters` if a filter names an unknown entry, or if the cursor is invalid.
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
    let plan = resolved(context, req, &mut list, plan).await?;
    let part = async move |asked: &PreparedList<E>, db: &DatabaseTransaction, after: Option<&Position>, limit| {
        asked.built_part(db, after, limit, &views).await
    };
    respond(context, req, list, plan, part).await
}

/// Responds with a list of entries, as `list` does, from stored representations where they exist. Without a search, a page is
/// one statement, and further ones for the total and for facets if they are not known.
pub(crate) async fn list_entries<Q, T>(
    context: &Data<Context>,
    req: &HttpRequest,
    mut list: ListQuery<Q, T>,
    plan: impl Fn(&Q) -> ListPlan,
) -> Result<HttpResponse>
where
    Q: Filters + 'static,
    T: Entry,
{
    let plan = resolved(context, req, &mut list, plan).await?;
    if !list.params.is_search()
        && !list.representation.is_streamed()
        && let Some(page) = stored_page(context, req, &list, &plan).await?
    {
        return list.reply(req, page);
    }
    let part =
        async move |asked: &PreparedList<T::Table>, db: &DatabaseTransaction, after: Option<&Position>, limit| {
            if asked.highlight && asked.search.is_some() {
                asked.built_part(db, after, limit, &T::load).await
            } else {
                asked.whole_part(db, after, limit).await
            }
        };
    respond(context, req, list, plan, part).await
}

/// Returns a page of stored representations. Returns `None` if one of them is not stored, or if a write came in between: several
/// statements may see several versions. Such a page is read in a transaction instead.
async fn stored_page<Q, T: Entry>(
    context: &Data<Context>,
    req: &HttpRequest,
    list: &ListQuery<Q, T>,
    plan: &ListPlan,
) -> Result<Option<Page<Represented<T>>>> {
    let (db, cache) = (&context.read()?.with(Share::Table(plan.filters.table)), QueryCache::of(req)?);
    let (after, limit) = (list.after.as_ref(), list.limit());
    let asked = PreparedList::<T::Table>::new(plan, None, false);
    let known = cache.at(context.version.version().number);
    let slice = SetSlice { filters: &plan.filters, order: &asked.order, after, limit };
    let found = match known.find::<T::Table>(db, slice).await? {
        Some(FoundEntries { ids, total }) => {
            let part = asked.stored_part_of::<T>(db, ids, after, limit).await?;
            part.filter(|part| part.version == Some(known.version())).map(|part| (part, Some(total)))
        }
        None => None,
    };
    let found = match found {
        Some(found) => Some(found),
        None => asked.stored_part::<T>(db, after, limit).await?.map(|part| (part, None)),
    };
    let Some((ListPart { items, next, version: Some(version) }, counted)) = found else { return Ok(None) };
    let results = cache.at(version);
    let total = match counted {
        Some(total) => Some(total),
        None => results.total(db, &asked.rows).await?,
    };
    let facets = results.facets::<T::Table>(&db.with(Share::Facets(plan.filters.table)), &plan.facets).await?;
    let (Some(total), Some(facets)) = (total, facets) else {
        return Ok(None);
    };
    let next = next.map(|position| list.cursor(position));
    Ok(Some(Page { total, next, facets, ..Page::of(items) }))
}

/// Returns the plan of a list, after replacing references by IDs, so that former keys are resolved only once.
async fn resolved<Q: Filters, T: Record>(
    context: &Data<Context>,
    req: &HttpRequest,
    list: &mut ListQuery<Q, T>,
    plan: impl Fn(&Q) -> ListPlan,
) -> Result<ListPlan> {
    let (db, results) = (&context.read()?, QueryCache::of(req)?.at(context.version.version().number));
    for (resource, names) in list.query.references() {
        if !names.is_empty() {
            *names = results.ids(db, resource, names).await?.iter().map(Uuid::to_string).collect();
        }
    }
    let mut plan = plan(&list.query);
    if list.representation.is_feed() {
        let updated_at = SortKey::time(Expr::cust(format!("{}.updated_at", plan.filters.table)));
        plan.order = Some(RequestedOrder { key: Some(updated_at), is_descending: true });
    }
    let facet = |facet: Facet| Facet { filters: limited(facet.filters, &list.params), ..facet };
    let facets = plan.facets.into_iter().map(facet).collect();
    Ok(ListPlan { filters: limited(plan.filters, &list.params), facets, ..plan })
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

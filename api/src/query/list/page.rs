//! Responses with one page of a list, or with a stream of all matches.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};

use super::ListPlan;
use super::prepared::PreparedList;
use crate::base::db::Share;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::format::{Record, Represented};
use crate::http::{Filters, ListPart, ListQuery, Page, Position, SearchMatches, incomplete};
use crate::query::facets::{Facet, facet_values};
use crate::query::full_text::{Effort, Search};
use crate::query::query_cache::{QueryCache, count};

/// Time limit of a search. `None` for the embedded database, whose statements cannot be cancelled.
pub(crate) struct SearchBudget(pub Option<Duration>);

/// Responds with one page, or with a stream of all matches.
pub(super) async fn respond<Q, T, E, P>(
    context: &Data<Context>,
    req: &HttpRequest,
    list: ListQuery<Q, T>,
    plan: ListPlan,
    part: P,
) -> Result<HttpResponse>
where
    Q: Filters + 'static,
    T: Record,
    E: EntityTrait,
    P: AsyncFn(&PreparedList<E>, &DatabaseTransaction, Option<&Position>, u64) -> Result<ListPart<T>> + 'static,
{
    if list.representation.is_streamed() {
        let export = Share::Export(plan.filters.table);
        let snapshot = context.snapshot(export).await?;
        let asked = prepare(&snapshot, &list, &plan, Effort::Whole).await?;
        snapshot.commit().await?;
        let context = context.clone();
        let rows = async move |after: Option<&Position>, limit| {
            let snapshot = context.snapshot(export).await?;
            let part = part(&asked, &snapshot, after, limit).await?;
            snapshot.commit().await?;
            Ok(part)
        };
        return list.stream(req, rows).await;
    }
    let request = ListRequest { context, req, list: &list, plan: &plan };
    let budget = req.app_data::<Data<SearchBudget>>().and_then(|budget| budget.0).filter(|_| list.params.q.is_some());
    let page = match budget {
        Some(budget) => request.page_within(budget, &part).await?,
        None => request.page(&part, Effort::Whole, None).await?,
    };
    let is_incomplete = page.search.as_ref().is_some_and(|search| search.incomplete);
    let response = list.reply(req, page)?;
    Ok(if is_incomplete { incomplete(response) } else { response })
}

/// Reads the search, and prepares the query of the list.
async fn prepare<Q, T: Record, E: EntityTrait>(
    db: &DatabaseTransaction,
    list: &ListQuery<Q, T>,
    plan: &ListPlan,
    effort: Effort,
) -> Result<PreparedList<E>> {
    let search = Search::asked(db, plan.filters.table, list.params.q.as_ref(), effort).await?;
    Ok(PreparedList::new(plan, search, list.params.highlight.unwrap_or(T::MARKED)))
}

/// A request for one page of a list.
struct ListRequest<'a, Q, T> {
    context: &'a Data<Context>,
    req: &'a HttpRequest,
    list: &'a ListQuery<Q, T>,
    plan: &'a ListPlan,
}

impl<Q, T: Record> ListRequest<'_, Q, T> {
    /// Returns a page of a search within a time limit. If two thirds of the time are not sufficient, searches some documents for
    /// the words as typed. If that takes too long, too, the page is empty.
    async fn page_within<E: EntityTrait>(
        &self,
        budget: Duration,
        part: &impl AsyncFn(&PreparedList<E>, &DatabaseTransaction, Option<&Position>, u64) -> Result<ListPart<T>>,
    ) -> Result<Page<Represented<T>>> {
        let third = budget / 3;
        for (limit, effort) in [(2 * third, Effort::Whole), (third, Effort::Some)] {
            match tokio::time::timeout(limit, self.page(part, effort, Some(limit))).await {
                // The database has cancelled a statement.
                Ok(Err(Error::Unavailable(_))) if !self.context.version.is_away() => {}
                Ok(done) => return done,
                Err(_elapsed) => {}
            }
        }
        let search = SearchMatches { all_words: 0, some_words: 0, corrected_to: None, incomplete: true };
        Ok(Page { total_is_lower_bound: true, search: Some(search), ..Page::of(vec![]) })
    }

    /// Returns the page. Total, entries and facets come from one snapshot. The database cancels a statement after
    /// `statement_timeout`.
    async fn page<E: EntityTrait>(
        &self,
        part: &impl AsyncFn(&PreparedList<E>, &DatabaseTransaction, Option<&Position>, u64) -> Result<ListPart<T>>,
        effort: Effort,
        statement_timeout: Option<Duration>,
    ) -> Result<Page<Represented<T>>> {
        let Self { context, req, list, plan } = self;
        let share = match plan.filters.table {
            table if list.params.q.is_some() => Share::Search(table),
            table if !plan.facets.is_empty() => Share::Facets(table),
            table => Share::Table(table),
        };
        let snapshot = context.snapshot(share).await?;
        let db: &DatabaseTransaction = &snapshot;
        if let Some(limit) = statement_timeout {
            db.execute_unprepared(&format!("set local statement_timeout = {}", limit.as_millis().max(1))).await?;
        }
        let asked = prepare(db, list, plan, effort).await?;
        let ListPart { items, next, version } = part(&asked, db, list.after.as_ref(), list.limit()).await?;
        let known = match version.filter(|_| asked.search.is_none()) {
            Some(version) => QueryCache::of(req)?.at(version).total(db, &asked.rows).await?,
            None => None,
        };
        let total = match known {
            Some(total) => total,
            None => count(db, &asked.rows).await?,
        };
        let entries = |facet: &Facet| facet.filters.select::<E>(asked.search.as_ref());
        let facets = facet_values(db, &plan.facets, entries).await?;
        let is_whole = effort == Effort::Whole;
        let (mut did_you_mean, mut search) = (None, None);
        if let Some(asked) = &asked.search {
            if is_whole && total == 0 {
                did_you_mean = asked.did_you_mean(db).await?;
            }
            let corrected_to = if is_whole { asked.corrected_to(db).await? } else { None };
            search = Some(SearchMatches { all_words: total, some_words: 0, corrected_to, incomplete: !is_whole });
        }
        snapshot.commit().await?;
        let next = next.map(|position| list.cursor(position));
        Ok(Page { items, total, total_is_lower_bound: !is_whole, next, facets, did_you_mean, search })
    }
}

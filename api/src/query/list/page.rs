//! Responses with one page of a list, or with a stream of all matches.

use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use sea_orm::{DatabaseTransaction, EntityTrait};
use search::Tier;

use super::ListPlan;
use super::prepared::PreparedList;
use crate::base::db::context::Context;
use crate::base::db::{ReadTransaction, Share};
use crate::base::error::{Error, Result};
use crate::http::format::{Record, Represented};
use crate::http::{Filters, ListPart, ListQuery, Page, Position, SearchMatches, WordMatch, incomplete};
use crate::query::facets::{Facet, facet_values};
use crate::query::full_text::{Search, SearchIndex, TypedSearch};
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
    let request = ListRequest { context, req, list: &list, plan: &plan };
    if list.representation.is_streamed() {
        let export = Share::Export(plan.filters.table);
        let (snapshot, search) = request.snapshot::<E>(export, None).await?;
        // Entries without all words are at the end of lists by relevance only.
        let asked = request.prepared(search.map(Search::only_all_words));
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
    let budget = req.app_data::<Data<SearchBudget>>().and_then(|budget| budget.0).filter(|_| list.params.is_search());
    let page = match budget {
        Some(budget) => request.page_within(budget, &part).await?,
        None => request.page(&part, None).await?,
    };
    let is_incomplete = page.search.as_ref().is_some_and(|search| search.incomplete);
    let response = list.reply(req, page)?;
    Ok(if is_incomplete { incomplete(response) } else { response })
}

/// A request for one page of a list.
struct ListRequest<'a, Q, T> {
    context: &'a Data<Context>,
    req: &'a HttpRequest,
    list: &'a ListQuery<Q, T>,
    plan: &'a ListPlan,
}

impl<Q, T: Record> ListRequest<'_, Q, T> {
    /// Returns a page of a search within a time limit. If that is not sufficient, the page is empty.
    async fn page_within<E: EntityTrait>(
        &self,
        budget: Duration,
        part: &impl AsyncFn(&PreparedList<E>, &DatabaseTransaction, Option<&Position>, u64) -> Result<ListPart<T>>,
    ) -> Result<Page<Represented<T>>> {
        // The first search waits until the index is read.
        SearchIndex::of(self.req)?.reach(0).await?;
        match tokio::time::timeout(budget, self.page(part, Some(budget))).await {
            // The database has cancelled a statement.
            Ok(Err(Error::Unavailable(_))) if !self.context.version.is_away() => {}
            Ok(done) => return done,
            Err(_elapsed) => {}
        }
        let search = SearchMatches { incomplete: true, ..SearchMatches::default() };
        Ok(Page { total_is_lower_bound: true, search: Some(search), ..Page::of(vec![]) })
    }

    /// Returns the page. Total, entries and facets come from one snapshot. The database cancels a statement after
    /// `statement_timeout`.
    async fn page<E: EntityTrait>(
        &self,
        part: &impl AsyncFn(&PreparedList<E>, &DatabaseTransaction, Option<&Position>, u64) -> Result<ListPart<T>>,
        statement_timeout: Option<Duration>,
    ) -> Result<Page<Represented<T>>> {
        let Self { req, list, plan, .. } = self;
        let share = match plan.filters.table {
            table if list.params.is_search() => Share::Search(table),
            table if !plan.facets.is_empty() => Share::Facets(table),
            table => Share::Table(table),
        };
        let (snapshot, search) = self.snapshot::<E>(share, statement_timeout).await?;
        let db: &DatabaseTransaction = &snapshot;
        let asked = self.prepared::<E>(search);
        let ListPart { items, next, version } = part(&asked, db, list.after.as_ref(), list.limit()).await?;
        let known = match (&asked.search, version) {
            (Some(search), _) => Some(search.count(Tier::AllWords)),
            (None, Some(version)) => QueryCache::of(req)?.at(version).total(db, &asked.rows).await?,
            (None, None) => None,
        };
        let total = match known {
            Some(total) => total,
            None => count(db, &asked.rows).await?,
        };
        let entries = |facet: &Facet| {
            let rows = facet.filters.select::<E>();
            match &asked.search {
                Some(search) => search.limit(rows),
                None => rows,
            }
        };
        let facets = facet_values(db, &plan.facets, entries).await?;
        let (mut did_you_mean, mut matches) = (None, None);
        if let Some(search) = &asked.search {
            let found = self.matches(db, &asked, search, items.len()).await?;
            if found.all_words + found.some_words == 0 {
                did_you_mean = search.did_you_mean(db, SearchIndex::of(req)?, plan.filters.table).await?;
            }
            matches = Some(found);
        }
        snapshot.commit().await?;
        let next = next.map(|position| list.cursor(position));
        Ok(Page { items, total, total_is_lower_bound: false, next, facets, did_you_mean, search: matches })
    }

    /// Begins a snapshot, with the result of the search in it. `None` without a search.
    async fn snapshot<E: EntityTrait>(
        &self,
        share: Share,
        statement_timeout: Option<Duration>,
    ) -> Result<(ReadTransaction<'_>, Option<Search>)> {
        let Self { context, req, list, plan } = self;
        let Some(typed) = list.params.search_text() else { return Ok((context.snapshot(share).await?, None)) };
        let asked = TypedSearch { typed, table: plan.filters.table, statement_timeout };
        let (snapshot, ranked) = SearchIndex::snapshot(SearchIndex::of(req)?, context, share, asked).await?;
        let search = Search::of::<E>(&*snapshot, typed, ranked, &plan.filters).await?;
        Ok((snapshot, Some(search)))
    }

    fn prepared<E: EntityTrait>(&self, search: Option<Search>) -> PreparedList<E> {
        PreparedList::new(self.plan, search, self.list.params.highlight.unwrap_or(T::MARKED))
    }

    /// Returns how the entries of a page match the search.
    async fn matches<E: EntityTrait>(
        &self,
        db: &DatabaseTransaction,
        asked: &PreparedList<E>,
        search: &Search,
        items: usize,
    ) -> Result<SearchMatches> {
        let matches = match &asked.ranking {
            Some(ranking) => ranking.part(self.list.after.as_ref(), self.list.limit())?.matches(),
            None => vec![WordMatch::AllWords; items],
        };
        Ok(SearchMatches {
            all_words: search.count(Tier::AllWords),
            some_words: search.count(Tier::SomeWords),
            similar: search.count(Tier::Similar),
            matches,
            corrected_to: search.corrected_to(db, SearchIndex::of(self.req)?).await?,
            truncated: search.is_truncated,
            incomplete: false,
        })
    }
}

//! Search and suggestions across all resources.

mod dto;
mod query;
mod suggestions;

use actix_web::web::Data;
use actix_web::{HttpRequest, get};

use self::dto::{SearchQuery, SearchResult, Suggestions};
use self::suggestions::{SuggestQuery, suggestions};
use crate::base::db::Share;
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::{ListParams, ListQuery, Page, Paging, Public, QueryString, RepresentationParams, Routes, reply};
use crate::query::list;

const TAG: &str = "search";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(search).service(suggest);
}

/// Search all resources
///
/// Returns the entries of all resources that match `q` and the filters, by relevance. Without `q`, returns all entries in
/// German alphabetical order of titles. The search accepts both spellings of umlauts (`ä` and `ae`), and also finds inflected
/// forms, parts of compounds, and similar spellings. Compounds are found whether they are written with hyphens, apart or as one
/// word, and `CO₂` is `CO2`.
#[utoipa::path(tag = TAG, params(ListParams, SearchQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of search results, or every match in the streamed forms", content(
        (Page<SearchResult> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/search")]
async fn search(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<SearchQuery, SearchResult>,
) -> Result<Public> {
    list::list(&context, &req, list, query::plan, query::views).await.map(Public)
}

/// Suggest entries
///
/// Returns up to `limit` entries whose titles contain words that start with the words in `q`, for completion in a search box. Entries
/// whose title starts with `q` come first, and the most likely entry of each resource before further entries of the same.
#[utoipa::path(tag = TAG, params(SuggestQuery), responses((status = 200, description = "The suggestions", body = Suggestions)))]
#[get("/v1/suggest")]
async fn suggest(context: Data<Context>, QueryString(query): QueryString<SuggestQuery>) -> Result<Public> {
    let snapshot = context.snapshot(Share::All).await?;
    let found = suggestions(&*snapshot, query).await?;
    snapshot.commit().await?;
    reply("application/json", &found).map(Public)
}

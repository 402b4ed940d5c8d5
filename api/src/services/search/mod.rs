//! Search, suggestions and similar entries across all resources.

mod dto;
mod query;
mod similar;
mod suggestions;

use actix_web::web::Data;
use actix_web::{HttpRequest, get};

use self::dto::{SearchQuery, SearchResult, SimilarItems, Suggestions};
use self::similar::SimilarQuery;
use self::suggestions::{SuggestQuery, suggestions};
use crate::base::db::Share;
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::{
    EntryKey, ListParams, ListQuery, Page, Paging, Public, QueryString, RepresentationParams, Routes, not_found, reply,
};
use crate::model::catalog::ResourceName;
use crate::query::former_keys::absent;
use crate::query::full_text::SearchIndex;
use crate::query::list;

const TAG: &str = "search";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(search).service(suggest).service(list_similar);
}

/// Search all resources
///
/// Returns the entries of all resources that match `q` and the filters, by relevance: entries with all words first, then those with
/// some words and similar ones. Without `q`, returns all entries in German alphabetical order of titles. The search accepts both
/// spellings of umlauts (`ä` and `ae`), and also finds inflected forms, parts of compounds, similar spellings, synonyms and words of
/// the other language. Compounds are found whether they are written with hyphens, apart or as one word, and `CO₂` is `CO2`.
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

/// List similar entries
///
/// Returns the entries whose words are most similar to those of the entry, with the words and themes that both have in common. Words
/// that are rare in the directory count more. Municipalities have no similar entries.
#[utoipa::path(tag = TAG, params(
    ("resource" = ResourceName, Path, description = "Name of the resource as used in paths.", example = "solutions"),
    ("key" = String, Path, description = "Slug, ID or official key (AGS) of the entry.", example = "smart-village-app"),
    SimilarQuery,
), responses((status = 200, description = "The similar entries", body = SimilarItems)))]
#[get("/v1/{resource}/{key}/similar")]
async fn list_similar(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    QueryString(query): QueryString<SimilarQuery>,
) -> Result<Public> {
    let name = req.match_info().get("resource").unwrap_or_default();
    let ResourceName(resource) = ResourceName::of_collection(name).map_err(|_| not_found(&req, "resource"))?;
    let index = SearchIndex::of(&req)?;
    index.reach(context.version.version().number).await?;
    let snapshot = context.snapshot(Share::Search(resource.table)).await?;
    let Some(entry) = resource.id(&*snapshot, &key).await? else {
        return Err(absent(&*snapshot, resource, &key).await);
    };
    let found = SearchIndex::similar(index, entry).await?;
    let items = similar::items(&*snapshot, entry, found, &query).await?;
    snapshot.commit().await?;
    reply("application/json", &items).map(Public)
}

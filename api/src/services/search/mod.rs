//! Search across all resources, and what somebody may be about to type.

mod dto;
mod query;
mod suggest;

use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{Hit, HitQuery, Suggestions};
use self::suggest::{SuggestQuery, suggestions};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::{ListParams, ListQuery, Page, Paging, Public, QueryString, RepresentationParams, reply};
use crate::query::list;

const TAG: &str = "search";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_hits).service(get_suggestions);
}

/// Search everything
///
/// Every public entry of every resource, the best fit first; without `q`, in German order of titles. Umlauts may be written
/// either way; other forms of a word, compounds it is a part of and near spellings are found too.
#[utoipa::path(tag = TAG, params(ListParams, HitQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of hits, or every match in the streamed forms", content(
        (Page<Hit> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/search")]
async fn list_hits(context: Data<Context>, req: HttpRequest, list: ListQuery<HitQuery, Hit>) -> Result<Public> {
    list::list(&context, &req, list, query::plan, query::views).await.map(Public)
}

/// Suggest entries while somebody types
///
/// Up to ten entries whose titles have words that begin like what was typed: of each resource the likeliest first.
#[utoipa::path(tag = TAG, params(SuggestQuery), responses((status = 200, description = "The suggestions", body = Suggestions)))]
#[get("/v1/suggest")]
async fn get_suggestions(context: Data<Context>, QueryString(query): QueryString<SuggestQuery>) -> Result<Public> {
    reply("application/json", &suggestions(context.read()?, &query.q.0).await?).map(Public)
}

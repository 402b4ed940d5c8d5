//! Studies, guides, strategies and other texts.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::Record;
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;

use self::dto::{Publication, PublicationQuery};
use self::input::PublicationInput;

const TAG: &str = "publications";

pub(crate) const PUBLICATIONS: Resource = Resource {
    table: "publication",
    collection: TAG,
    title: ["Publikationen", "Publications"],
    about: "Studies, guides, strategies and other texts.",
    label: "jsonb_build_object('de', t.title)",
    key: "title_key",
    official: None,
    few: false,
    columns: Publication::COLUMNS,
    routes,
    files: Files::of::<PublicationInput>(Some((Form::Json, include_str!("../../seed/publications.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_publications).service(get_publication);
}

/// List publications
///
/// Studies, guides, strategies and other texts, the newest first.
#[utoipa::path(tag = TAG, params(Usual, PublicationQuery, Paging, View),
    responses((status = 200, description = "A page of publications, or every match in the streamed forms", content(
        (Page<Publication> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/publications")]
async fn list_publications(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<PublicationQuery, Publication>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a publication
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the publication.", example = "smart-city-charter-2017"), View),
    responses((status = 200, description = "The publication", body = Publication)))]
#[get("/v1/publications/{key}")]
async fn get_publication(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Publication>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &PUBLICATIONS, &key, query::views).await?)
}

//! Studies, guides, strategies and other texts.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{PublicationsWrite, Scope, Scoped};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    Batch, EntryQuery, Held, Json, Key, ListQuery, NoBody, Page, Paging, Patch, QueryString, Usual, View,
};
use crate::import::{Files, Form};
use crate::model::catalog::PUBLICATIONS;
use crate::query::list;
use crate::resources::Registration;
use crate::write::{self, BatchAnswer, BatchQuery, Call};

use self::dto::{Publication, PublicationQuery};
use self::input::PublicationInput;

const TAG: &str = "publications";

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PUBLICATIONS,
    about: "Studies, guides, strategies and other texts.",
    columns: Publication::COLUMNS,
    scope: PublicationsWrite::NAME,
    routes,
    files: Files::of::<PublicationInput>(Some((Form::Json, include_str!("../../../seed/publications.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_publications);
    cfg.service(list_publications).service(get_publication);
    cfg.service(create_publication)
        .service(replace_publication)
        .service(change_publication)
        .service(delete_publication);
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
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<PublicationQuery, Publication>,
) -> Result<HttpResponse> {
    list::list(&context, &req, list, query::plan, query::views).await
}

/// Read a publication
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the publication.", example = "smart-city-charter-2017"), View),
    responses((status = 200, description = "The publication", body = Publication)))]
#[get("/v1/publications/{key}")]
async fn get_publication(
    context: Data<Context>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Publication>,
) -> Result<HttpResponse> {
    list::show(&context, &req, &PUBLICATIONS, &key, entry, query::views).await
}

/// Add a publication
#[utoipa::path(tag = TAG, security(("token" = [PublicationsWrite::NAME])), responses((status = 201, description = "The publication", body = Publication)))]
#[post("/v1/publications")]
async fn create_publication(
    caller: Scoped<PublicationsWrite>,
    call: Call,
    input: Json<PublicationInput>,
) -> Result<HttpResponse> {
    write::create((caller.caller(), call), input, query::views).await
}

/// Add many publications at once
#[utoipa::path(tag = TAG, security(("token" = [PublicationsWrite::NAME])), params(BatchQuery), request_body = Vec<PublicationInput>,
    responses((status = 200, description = "What became of each", body = BatchAnswer)))]
#[post("/v1/publications/batch")]
async fn create_publications(
    caller: Scoped<PublicationsWrite>,
    call: Call,
    query: QueryString<BatchQuery>,
    batch: Batch<PublicationInput>,
) -> Result<HttpResponse> {
    write::create_all((caller.caller(), call), query.0, batch).await
}

/// Replace a publication
#[utoipa::path(tag = TAG, security(("token" = [PublicationsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the publication.", example = "smart-city-charter-2017")),
    responses((status = 200, description = "The publication", body = Publication)))]
#[put("/v1/publications/{key}")]
async fn replace_publication(
    caller: Scoped<PublicationsWrite>,
    call: Call,
    key: Key,
    held: Held,
    input: Json<PublicationInput>,
) -> Result<HttpResponse> {
    write::replace((caller.caller(), call), (key, held), input, query::views).await
}

/// Change a publication
#[utoipa::path(tag = TAG, security(("token" = [PublicationsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the publication.", example = "smart-city-charter-2017")),
    request_body(content = PublicationInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The publication", body = Publication)))]
#[patch("/v1/publications/{key}")]
async fn change_publication(
    caller: Scoped<PublicationsWrite>,
    call: Call,
    key: Key,
    held: Held,
    patch: Patch<PublicationInput>,
) -> Result<HttpResponse> {
    write::change((caller.caller(), call), (key, held), patch, query::views).await
}

/// Delete a publication
#[utoipa::path(tag = TAG, security(("token" = [PublicationsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the publication.", example = "smart-city-charter-2017")), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/publications/{key}")]
async fn delete_publication(
    caller: Scoped<PublicationsWrite>,
    call: Call,
    key: Key,
    held: Held,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, _, PublicationInput>((caller.caller(), call), (key, held), query::views).await
}

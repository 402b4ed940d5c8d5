//! Studies, guides, strategies and other publications.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{Publication, PublicationQuery};
use self::input::PublicationInput;
use crate::auth::{PublicationsWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::PUBLICATIONS;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PUBLICATIONS,
    noun: "publication",
    example: "smart-city-charter-2017",
    about: "Studies, guides, strategies and other publications.",
    columns: Publication::COLUMNS,
    scope: PublicationsWrite::NAME,
    routes,
    builder: Builder::of::<Publication>(),
    files: Files::of::<PublicationInput>(Some((Form::Json, include_str!("../../../seed/publications.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_publication_batch);
    routes.service(list_publications).service(get_publication);
    routes
        .service(create_publication)
        .service(replace_publication)
        .service(update_publication)
        .service(delete_publication);
}

/// List publications
///
/// Returns studies, guides, strategies and other publications. Sorted by year by default, the newest first.
#[utoipa::path(params(ListParams, PublicationQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of publications, or all matches in a streamed format", content(
        (Page<Publication> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/publications")]
async fn list_publications(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<PublicationQuery, Publication>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a publication
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The publication", body = Publication)))]
#[get("/v1/publications/{key}")]
async fn get_publication(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Publication>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Create a publication
#[utoipa::path]
#[post("/v1/publications")]
async fn create_publication(
    context: WriteContext<PublicationsWrite>,
    input: Json<PublicationInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create publications in a batch
#[utoipa::path]
#[post("/v1/publications/batch")]
async fn create_publication_batch(
    context: WriteContext<PublicationsWrite, BatchQuery>,
    batch: BatchBody<PublicationInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a publication
#[utoipa::path]
#[put("/v1/publications/{key}")]
async fn replace_publication(
    context: WriteContext<PublicationsWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<PublicationInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a publication
#[utoipa::path]
#[patch("/v1/publications/{key}")]
async fn update_publication(
    context: WriteContext<PublicationsWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<PublicationInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a publication
#[utoipa::path]
#[delete("/v1/publications/{key}")]
async fn delete_publication(
    context: WriteContext<PublicationsWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, PublicationInput>(context, key, precondition).await
}

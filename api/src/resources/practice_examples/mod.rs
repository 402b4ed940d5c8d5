//! One municipality's account of doing it: origin or adoption, success or failure.

mod confirm;
mod dto;
mod filters;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::PracticeExample;
use self::filters::PracticeExampleQuery;
use crate::auth::{PracticeExamplesWrite, Scope, SubmissionsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams,
};
use crate::import::{Files, Form};
use crate::model::catalog::PRACTICE_EXAMPLES;
use crate::query::entry::{Entry, get_entry};
use crate::query::list;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) use self::input::PracticeExampleInput;

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PRACTICE_EXAMPLES,
    noun: "practice example",
    example: "an-origin",
    about: "One municipality's account of doing it: origin or adoption, success or failure.",
    columns: PracticeExample::COLUMNS,
    scope: PracticeExamplesWrite::NAME,
    routes,
    files: Files::of::<PracticeExampleInput>(Some((Form::Json, include_str!("../../../seed/practice_examples.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_practice_examples).service(create_practice_example_confirmation);
    cfg.service(list_practice_examples).service(get_practice_example);
    cfg.service(create_practice_example)
        .service(replace_practice_example)
        .service(change_practice_example)
        .service(delete_practice_example);
}

/// List practice examples
///
/// Accounts of municipalities that did it, or tried, in German order of titles.
#[utoipa::path(params(ListParams, PracticeExampleQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of practice examples, or every match in the streamed forms", content(
        (Page<PracticeExample> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/practice-examples")]
async fn list_practice_examples(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<PracticeExampleQuery, PracticeExample>,
) -> Result<Public> {
    list::list(&context, &req, list, query::plan, PracticeExample::load).await.map(Public)
}

/// Read a practice example
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The practice example", content((PracticeExample = "application/json"), (Feature = "application/geo+json")))))]
#[get("/v1/practice-examples/{key}")]
async fn get_practice_example(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<PracticeExample>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Confirm a practice example
///
/// Says that what is told of it holds today. Its municipality confirms as the adopter, or the origin, and `last_confirmed_on`
/// becomes the day it is in Germany; those whose solution it takes over confirm as the origin that it does.
#[utoipa::path(security(("token" = [SubmissionsWrite::NAME])), responses((status = 200, description = "The practice example", body = PracticeExample)))]
#[post("/v1/practice-examples/{key}/confirmations")]
async fn create_practice_example_confirmation(
    context: WriteContext<SubmissionsWrite>,
    key: EntryKey,
    _: NoBody,
) -> Result<HttpResponse> {
    write::confirm::<_, PracticeExampleInput>(context, key, confirm::authorize_confirmation).await
}

/// Add a practice example
#[utoipa::path]
#[post("/v1/practice-examples")]
async fn create_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    input: Json<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Add many practice examples at once
#[utoipa::path]
#[post("/v1/practice-examples/batch")]
async fn create_practice_examples(
    context: WriteContext<PracticeExamplesWrite, BatchQuery>,
    batch: BatchBody<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a practice example
#[utoipa::path]
#[put("/v1/practice-examples/{key}")]
async fn replace_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    key: EntryKey,
    held: Precondition,
    input: Json<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, held, input).await
}

/// Change a practice example
#[utoipa::path]
#[patch("/v1/practice-examples/{key}")]
async fn change_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    key: EntryKey,
    held: Precondition,
    patch: Patch<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::change(context, key, held, patch).await
}

/// Delete a practice example
#[utoipa::path]
#[delete("/v1/practice-examples/{key}")]
async fn delete_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    key: EntryKey,
    held: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, PracticeExampleInput>(context, key, held).await
}

//! Practice examples: reports of municipalities that developed or adopted a solution, successfully or not.

mod confirm;
mod dto;
mod filters;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::PracticeExample;
use self::filters::PracticeExampleQuery;
use crate::auth::{PracticeExamplesWrite, Scope, SubmissionsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::PRACTICE_EXAMPLES;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) use self::input::PracticeExampleInput;

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PRACTICE_EXAMPLES,
    noun: "practice example",
    example: "an-origin",
    about: "Practice examples: reports of municipalities that developed or adopted a solution, successfully or not.",
    columns: PracticeExample::COLUMNS,
    scope: PracticeExamplesWrite::NAME,
    routes,
    builder: Builder::of::<PracticeExample>(),
    files: Files::of::<PracticeExampleInput>(Some((Form::Json, include_str!("../../../seed/practice_examples.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_practice_example_batch).service(create_practice_example_confirmation);
    routes.service(list_practice_examples).service(get_practice_example);
    routes
        .service(create_practice_example)
        .service(replace_practice_example)
        .service(update_practice_example)
        .service(delete_practice_example);
}

/// List practice examples
///
/// Returns the reports of municipalities that developed or adopted a solution, including discontinued implementations.
/// Sorted by title in German alphabetical order by default.
#[utoipa::path(params(ListParams, PracticeExampleQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of practice examples, or all matches in a streamed format", content(
        (Page<PracticeExample> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/practice-examples")]
async fn list_practice_examples(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<PracticeExampleQuery, PracticeExample>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a practice example
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
/// Confirms that the information about the practice example is correct. Requires `submissions:write` and a token for
/// the municipality of the example, for a municipality that the adopted solution comes from, or for all municipalities.
/// The municipality of the example confirms as `adopter`, or as `origin` when `relation` is `origin`, and sets
/// `last_confirmed_on` to the current date in Germany. A provider of the adopted solution, or a member of one of its
/// projects, confirms the adoption as `origin` and leaves `last_confirmed_on` unchanged. A token for all municipalities
/// sets `last_confirmed_on` and adds nothing to `confirmed_by`. A further confirmation on the same day changes nothing.
#[utoipa::path(security(("token" = [SubmissionsWrite::NAME])), responses((status = 200, description = "The practice example", body = PracticeExample)))]
#[post("/v1/practice-examples/{key}/confirmations")]
async fn create_practice_example_confirmation(
    context: WriteContext<SubmissionsWrite>,
    key: EntryKey,
    _: NoBody,
) -> Result<HttpResponse> {
    write::confirm::<_, PracticeExampleInput>(context, key, confirm::authorize_confirmation).await
}

/// Create a practice example
#[utoipa::path]
#[post("/v1/practice-examples")]
async fn create_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    input: Json<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create practice examples in a batch
#[utoipa::path]
#[post("/v1/practice-examples/batch")]
async fn create_practice_example_batch(
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
    precondition: Precondition,
    input: Json<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a practice example
#[utoipa::path]
#[patch("/v1/practice-examples/{key}")]
async fn update_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<PracticeExampleInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a practice example
#[utoipa::path]
#[delete("/v1/practice-examples/{key}")]
async fn delete_practice_example(
    context: WriteContext<PracticeExamplesWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, PracticeExampleInput>(context, key, precondition).await
}

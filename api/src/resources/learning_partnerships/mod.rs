//! Partnerships in which municipalities learn from each other.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{LearningPartnership, LearningPartnershipQuery};
use self::input::LearningPartnershipInput;
use crate::auth::{LearningPartnershipsWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::LEARNING_PARTNERSHIPS;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &LEARNING_PARTNERSHIPS,
    noun: "learning partnership",
    example: "bamberg-lemgo-bakim",
    about: "Partnerships in which municipalities learn from each other.",
    columns: LearningPartnership::COLUMNS,
    scope: LearningPartnershipsWrite::NAME,
    routes,
    builder: Builder::of::<LearningPartnership>(),
    files: Files::of::<LearningPartnershipInput>(Some((
        Form::Json,
        include_str!("../../../seed/learning_partnerships.json"),
    ))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_learning_partnership_batch);
    routes.service(list_learning_partnerships).service(get_learning_partnership);
    routes
        .service(create_learning_partnership)
        .service(replace_learning_partnership)
        .service(update_learning_partnership)
        .service(delete_learning_partnership);
}

/// List learning partnerships
///
/// Returns transfers, joint developments and exchanges between named partners. Sorted by title in German alphabetical
/// order by default.
#[utoipa::path(params(ListParams, LearningPartnershipQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of learning partnerships, or all matches in a streamed format", content(
        (Page<LearningPartnership> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/learning-partnerships")]
async fn list_learning_partnerships(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<LearningPartnershipQuery, LearningPartnership>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a learning partnership
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The learning partnership", body = LearningPartnership)))]
#[get("/v1/learning-partnerships/{key}")]
async fn get_learning_partnership(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<LearningPartnership>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Create a learning partnership
#[utoipa::path]
#[post("/v1/learning-partnerships")]
async fn create_learning_partnership(
    context: WriteContext<LearningPartnershipsWrite>,
    input: Json<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create learning partnerships in a batch
#[utoipa::path]
#[post("/v1/learning-partnerships/batch")]
async fn create_learning_partnership_batch(
    context: WriteContext<LearningPartnershipsWrite, BatchQuery>,
    batch: BatchBody<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a learning partnership
#[utoipa::path]
#[put("/v1/learning-partnerships/{key}")]
async fn replace_learning_partnership(
    context: WriteContext<LearningPartnershipsWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a learning partnership
#[utoipa::path]
#[patch("/v1/learning-partnerships/{key}")]
async fn update_learning_partnership(
    context: WriteContext<LearningPartnershipsWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a learning partnership
#[utoipa::path]
#[delete("/v1/learning-partnerships/{key}")]
async fn delete_learning_partnership(
    context: WriteContext<LearningPartnershipsWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, LearningPartnershipInput>(context, key, precondition).await
}

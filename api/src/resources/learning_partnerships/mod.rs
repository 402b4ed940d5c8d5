//! Partnerships in which municipalities learn from each other.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{LearningPartnershipsWrite, Scope, Scoped};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    Batch, EntryQuery, Held, Json, Key, ListQuery, NoBody, Page, Paging, Patch, QueryString, Usual, View,
};
use crate::import::{Files, Form};
use crate::model::catalog::LEARNING_PARTNERSHIPS;
use crate::query::list;
use crate::resources::Registration;
use crate::write::{self, BatchAnswer, BatchQuery, Call};

use self::dto::{LearningPartnership, LearningPartnershipQuery};
use self::input::LearningPartnershipInput;

const TAG: &str = "learning-partnerships";

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &LEARNING_PARTNERSHIPS,
    about: "Partnerships in which municipalities learn from each other.",
    columns: LearningPartnership::COLUMNS,
    scope: LearningPartnershipsWrite::NAME,
    routes,
    files: Files::of::<LearningPartnershipInput>(Some((
        Form::Json,
        include_str!("../../../seed/learning_partnerships.json"),
    ))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_learning_partnerships);
    cfg.service(list_learning_partnerships).service(get_learning_partnership);
    cfg.service(create_learning_partnership)
        .service(replace_learning_partnership)
        .service(change_learning_partnership)
        .service(delete_learning_partnership);
}

/// List learning partnerships
///
/// Transfers, joint developments and exchanges between named partners, in German order of titles.
#[utoipa::path(tag = TAG, params(Usual, LearningPartnershipQuery, Paging, View),
    responses((status = 200, description = "A page of learning partnerships, or every match in the streamed forms", content(
        (Page<LearningPartnership> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/learning-partnerships")]
async fn list_learning_partnerships(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<LearningPartnershipQuery, LearningPartnership>,
) -> Result<HttpResponse> {
    list::list(&context, &req, list, query::plan, query::views).await
}

/// Read a learning partnership
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the learning partnership.", example = "bamberg-lemgo-bakim"), View),
    responses((status = 200, description = "The learning partnership", body = LearningPartnership)))]
#[get("/v1/learning-partnerships/{key}")]
async fn get_learning_partnership(
    context: Data<Context>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<LearningPartnership>,
) -> Result<HttpResponse> {
    list::show(&context, &req, &LEARNING_PARTNERSHIPS, &key, entry, query::views).await
}

/// Add a learning partnership
#[utoipa::path(tag = TAG, security(("token" = [LearningPartnershipsWrite::NAME])), responses((status = 201, description = "The learning partnership", body = LearningPartnership)))]
#[post("/v1/learning-partnerships")]
async fn create_learning_partnership(
    caller: Scoped<LearningPartnershipsWrite>,
    call: Call,
    input: Json<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::create((caller.caller(), call), input, query::views).await
}

/// Add many learning partnerships at once
#[utoipa::path(tag = TAG, security(("token" = [LearningPartnershipsWrite::NAME])), params(BatchQuery), request_body = Vec<LearningPartnershipInput>,
    responses((status = 200, description = "What became of each", body = BatchAnswer)))]
#[post("/v1/learning-partnerships/batch")]
async fn create_learning_partnerships(
    caller: Scoped<LearningPartnershipsWrite>,
    call: Call,
    query: QueryString<BatchQuery>,
    batch: Batch<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::create_all((caller.caller(), call), query.0, batch).await
}

/// Replace a learning partnership
#[utoipa::path(tag = TAG, security(("token" = [LearningPartnershipsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the learning partnership.", example = "bamberg-lemgo-bakim")),
    responses((status = 200, description = "The learning partnership", body = LearningPartnership)))]
#[put("/v1/learning-partnerships/{key}")]
async fn replace_learning_partnership(
    caller: Scoped<LearningPartnershipsWrite>,
    call: Call,
    key: Key,
    held: Held,
    input: Json<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::replace((caller.caller(), call), (key, held), input, query::views).await
}

/// Change a learning partnership
#[utoipa::path(tag = TAG, security(("token" = [LearningPartnershipsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the learning partnership.", example = "bamberg-lemgo-bakim")),
    request_body(content = LearningPartnershipInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The learning partnership", body = LearningPartnership)))]
#[patch("/v1/learning-partnerships/{key}")]
async fn change_learning_partnership(
    caller: Scoped<LearningPartnershipsWrite>,
    call: Call,
    key: Key,
    held: Held,
    patch: Patch<LearningPartnershipInput>,
) -> Result<HttpResponse> {
    write::change((caller.caller(), call), (key, held), patch, query::views).await
}

/// Delete a learning partnership
#[utoipa::path(tag = TAG, security(("token" = [LearningPartnershipsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the learning partnership.", example = "bamberg-lemgo-bakim")), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/learning-partnerships/{key}")]
async fn delete_learning_partnership(
    caller: Scoped<LearningPartnershipsWrite>,
    call: Call,
    key: Key,
    held: Held,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, _, LearningPartnershipInput>((caller.caller(), call), (key, held), query::views).await
}

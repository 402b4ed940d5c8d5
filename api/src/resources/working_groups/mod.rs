//! Working groups and every other standing network.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{Scope, Scoped, WorkingGroupsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    Batch, EntryQuery, Held, Json, Key, ListQuery, NoBody, Page, Paging, Patch, QueryString, Usual, View,
};
use crate::import::{Files, Form};
use crate::model::catalog::WORKING_GROUPS;
use crate::query::list;
use crate::resources::Registration;
use crate::write::{self, BatchAnswer, BatchQuery, Call};

use self::dto::{WorkingGroup, WorkingGroupQuery};
use self::input::WorkingGroupInput;

const TAG: &str = "working-groups";

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &WORKING_GROUPS,
    about: "Working groups and every other standing network.",
    columns: WorkingGroup::COLUMNS,
    scope: WorkingGroupsWrite::NAME,
    routes,
    files: Files::of::<WorkingGroupInput>(Some((Form::Json, include_str!("../../../seed/working_groups.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_working_groups);
    cfg.service(list_working_groups).service(get_working_group);
    cfg.service(create_working_group)
        .service(replace_working_group)
        .service(change_working_group)
        .service(delete_working_group);
}

/// List working groups
///
/// Working groups, development partnerships, communities and other standing networks, in German order of names.
#[utoipa::path(tag = TAG, params(Usual, WorkingGroupQuery, Paging, View),
    responses((status = 200, description = "A page of working groups, or every match in the streamed forms", content(
        (Page<WorkingGroup> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/working-groups")]
async fn list_working_groups(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<WorkingGroupQuery, WorkingGroup>,
) -> Result<HttpResponse> {
    list::list(&context, &req, list, query::plan, query::views).await
}

/// Read a working group
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the working group.", example = "urban-data-platforms"), View),
    responses((status = 200, description = "The working group", body = WorkingGroup)))]
#[get("/v1/working-groups/{key}")]
async fn get_working_group(
    context: Data<Context>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<WorkingGroup>,
) -> Result<HttpResponse> {
    list::show(&context, &req, &WORKING_GROUPS, &key, entry, query::views).await
}

/// Add a working group
#[utoipa::path(tag = TAG, security(("token" = [WorkingGroupsWrite::NAME])), responses((status = 201, description = "The working group", body = WorkingGroup)))]
#[post("/v1/working-groups")]
async fn create_working_group(
    caller: Scoped<WorkingGroupsWrite>,
    call: Call,
    input: Json<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::create((caller.caller(), call), input, query::views).await
}

/// Add many working groups at once
#[utoipa::path(tag = TAG, security(("token" = [WorkingGroupsWrite::NAME])), params(BatchQuery), request_body = Vec<WorkingGroupInput>,
    responses((status = 200, description = "What became of each", body = BatchAnswer)))]
#[post("/v1/working-groups/batch")]
async fn create_working_groups(
    caller: Scoped<WorkingGroupsWrite>,
    call: Call,
    query: QueryString<BatchQuery>,
    batch: Batch<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::create_all((caller.caller(), call), query.0, batch).await
}

/// Replace a working group
#[utoipa::path(tag = TAG, security(("token" = [WorkingGroupsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the working group.", example = "urban-data-platforms")),
    responses((status = 200, description = "The working group", body = WorkingGroup)))]
#[put("/v1/working-groups/{key}")]
async fn replace_working_group(
    caller: Scoped<WorkingGroupsWrite>,
    call: Call,
    key: Key,
    held: Held,
    input: Json<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::replace((caller.caller(), call), (key, held), input, query::views).await
}

/// Change a working group
#[utoipa::path(tag = TAG, security(("token" = [WorkingGroupsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the working group.", example = "urban-data-platforms")),
    request_body(content = WorkingGroupInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The working group", body = WorkingGroup)))]
#[patch("/v1/working-groups/{key}")]
async fn change_working_group(
    caller: Scoped<WorkingGroupsWrite>,
    call: Call,
    key: Key,
    held: Held,
    patch: Patch<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::change((caller.caller(), call), (key, held), patch, query::views).await
}

/// Delete a working group
#[utoipa::path(tag = TAG, security(("token" = [WorkingGroupsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the working group.", example = "urban-data-platforms")), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/working-groups/{key}")]
async fn delete_working_group(
    caller: Scoped<WorkingGroupsWrite>,
    call: Call,
    key: Key,
    held: Held,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, _, WorkingGroupInput>((caller.caller(), call), (key, held), query::views).await
}

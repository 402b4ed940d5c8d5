//! Working groups and other standing networks.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{WorkingGroup, WorkingGroupQuery};
use self::input::WorkingGroupInput;
use crate::auth::{Scope, WorkingGroupsWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::WORKING_GROUPS;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &WORKING_GROUPS,
    noun: "working group",
    example: "urban-data-platforms",
    about: "Working groups and other standing networks.",
    columns: WorkingGroup::COLUMNS,
    scope: WorkingGroupsWrite::NAME,
    routes,
    builder: Builder::of::<WorkingGroup>(),
    files: Files::of::<WorkingGroupInput>(Some((Form::Json, include_str!("../../../seed/working_groups.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_working_group_batch);
    routes.service(list_working_groups).service(get_working_group);
    routes
        .service(create_working_group)
        .service(replace_working_group)
        .service(update_working_group)
        .service(delete_working_group);
}

/// List working groups
///
/// Returns working groups, development partnerships, communities and other standing networks. Sorted by title in German
/// alphabetical order by default.
#[utoipa::path(params(ListParams, WorkingGroupQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of working groups, or all matches in a streamed format", content(
        (Page<WorkingGroup> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/working-groups")]
async fn list_working_groups(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<WorkingGroupQuery, WorkingGroup>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a working group
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The working group", body = WorkingGroup)))]
#[get("/v1/working-groups/{key}")]
async fn get_working_group(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<WorkingGroup>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Create a working group
#[utoipa::path]
#[post("/v1/working-groups")]
async fn create_working_group(
    context: WriteContext<WorkingGroupsWrite>,
    input: Json<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create working groups in a batch
#[utoipa::path]
#[post("/v1/working-groups/batch")]
async fn create_working_group_batch(
    context: WriteContext<WorkingGroupsWrite, BatchQuery>,
    batch: BatchBody<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a working group
#[utoipa::path]
#[put("/v1/working-groups/{key}")]
async fn replace_working_group(
    context: WriteContext<WorkingGroupsWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a working group
#[utoipa::path]
#[patch("/v1/working-groups/{key}")]
async fn update_working_group(
    context: WriteContext<WorkingGroupsWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<WorkingGroupInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a working group
#[utoipa::path]
#[delete("/v1/working-groups/{key}")]
async fn delete_working_group(
    context: WriteContext<WorkingGroupsWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, WorkingGroupInput>(context, key, precondition).await
}

//! Model projects of the funding programme.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{Project, ProjectQuery};
use self::input::ProjectInput;
use crate::auth::{ProjectsWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::PROJECTS;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::query::sublists::Sublists;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PROJECTS,
    noun: "project",
    example: "solingen",
    about: "Model projects of the funding programme *Modellprojekte Smart Cities*.",
    columns: Project::COLUMNS,
    scope: ProjectsWrite::NAME,
    routes,
    builder: Builder::of::<Project>(),
    files: Files::of::<ProjectInput>(Some((Form::Json, include_str!("../../../seed/projects.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_project_batch);
    routes.service(list_projects).service(get_project);
    routes.service(Sublists { resource: &PROJECTS, noun: "project", lists: query::LISTS });
    routes.service(create_project).service(replace_project).service(update_project).service(delete_project);
}

/// List model projects
///
/// Returns the model projects of the funding programme. Sorted by the title of the lead municipality in German
/// alphabetical order by default.
#[utoipa::path(params(ListParams, ProjectQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of projects, or all matches in a streamed format", content(
        (Page<Project> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/projects")]
async fn list_projects(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<ProjectQuery, Project>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a model project
#[utoipa::path(params(RepresentationParams), responses((status = 200, description = "The project", content(
        (Project = "application/json"), (Feature = "application/geo+json")
    ))))]
#[get("/v1/projects/{key}")]
async fn get_project(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Project>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Create a model project
#[utoipa::path]
#[post("/v1/projects")]
async fn create_project(context: WriteContext<ProjectsWrite>, input: Json<ProjectInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create model projects in a batch
#[utoipa::path]
#[post("/v1/projects/batch")]
async fn create_project_batch(
    context: WriteContext<ProjectsWrite, BatchQuery>,
    batch: BatchBody<ProjectInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a model project
#[utoipa::path]
#[put("/v1/projects/{key}")]
async fn replace_project(
    context: WriteContext<ProjectsWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<ProjectInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a model project
#[utoipa::path]
#[patch("/v1/projects/{key}")]
async fn update_project(
    context: WriteContext<ProjectsWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<ProjectInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a model project
#[utoipa::path]
#[delete("/v1/projects/{key}")]
async fn delete_project(
    context: WriteContext<ProjectsWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, ProjectInput>(context, key, precondition).await
}

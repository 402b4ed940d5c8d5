//! Model projects.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{Project, ProjectQuery};
use self::input::ProjectInput;
use crate::auth::{ProjectsWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams,
};
use crate::import::{Files, Form};
use crate::model::catalog::PROJECTS;
use crate::query::entry::{Entry, get_entry};
use crate::query::list;
use crate::query::sublists::{EntryList, ListRedirect, redirect};
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PROJECTS,
    noun: "project",
    example: "solingen",
    about: "The model projects of the programme.",
    columns: Project::COLUMNS,
    scope: ProjectsWrite::NAME,
    routes,
    files: Files::of::<ProjectInput>(Some((Form::Json, include_str!("../../../seed/projects.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_projects);
    cfg.service(list_projects).service(get_project).service(get_project_list);
    cfg.service(create_project).service(replace_project).service(change_project).service(delete_project);
}

/// List model projects
///
/// The 73 model projects "from Aalen to Zwönitz": in German order of the municipality that leads them.
#[utoipa::path(params(ListParams, ProjectQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of projects, or every match in the streamed forms", content(
        (Page<Project> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/projects")]
async fn list_projects(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<ProjectQuery, Project>,
) -> Result<Public> {
    list::list(&context, &req, list, query::plan, Project::load).await.map(Public)
}

/// Read a model project
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

/// Go to a list of what belongs to a project
///
/// Redirects to the list of that name, filtered by the entry: `solutions`, `practice-examples`, `working-groups`, `learning-partnerships`, `events`, `publications`. Other parameters are
/// passed on to it.
#[utoipa::path(params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "solingen"),
    ("list" = String, Path, description = "Name of the list.", example = "solutions"),
), responses(ListRedirect))]
#[get("/v1/projects/{key}/{list}")]
async fn get_project_list(context: Data<Context>, req: HttpRequest, path: EntryList) -> Result<HttpResponse> {
    redirect(&context, &req, &PROJECTS, query::LISTS, path).await
}

/// Add a model project
#[utoipa::path]
#[post("/v1/projects")]
async fn create_project(context: WriteContext<ProjectsWrite>, input: Json<ProjectInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Add many projects at once
#[utoipa::path]
#[post("/v1/projects/batch")]
async fn create_projects(
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
    held: Precondition,
    input: Json<ProjectInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, held, input).await
}

/// Change a model project
#[utoipa::path]
#[patch("/v1/projects/{key}")]
async fn change_project(
    context: WriteContext<ProjectsWrite>,
    key: EntryKey,
    held: Precondition,
    patch: Patch<ProjectInput>,
) -> Result<HttpResponse> {
    write::change(context, key, held, patch).await
}

/// Delete a model project
#[utoipa::path]
#[delete("/v1/projects/{key}")]
async fn delete_project(
    context: WriteContext<ProjectsWrite>,
    key: EntryKey,
    held: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, ProjectInput>(context, key, held).await
}

//! Model projects.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{ProjectsWrite, Scope, Scoped};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    Batch, EntryQuery, Held, Json, Key, ListQuery, NoBody, Page, Paging, Patch, QueryString, Usual, View,
};
use crate::import::{Files, Form};
use crate::model::catalog::PROJECTS;
use crate::query::list;
use crate::query::sublists::{EntryList, redirect};
use crate::resources::Registration;
use crate::write::{self, BatchAnswer, BatchQuery, Call};

use self::dto::{Project, ProjectQuery};
use self::input::ProjectInput;

const TAG: &str = "projects";

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &PROJECTS,
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
#[utoipa::path(tag = TAG, params(Usual, ProjectQuery, Paging, View),
    responses((status = 200, description = "A page of projects, or every match in the streamed forms", content(
        (Page<Project> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/projects")]
async fn list_projects(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<ProjectQuery, Project>,
) -> Result<HttpResponse> {
    list::list(&context, &req, list, query::plan, query::views).await
}

/// Read a model project
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the project.", example = "solingen"), View), responses((status = 200, description = "The project", content(
        (Project = "application/json"), (Feature = "application/geo+json")
    ))))]
#[get("/v1/projects/{key}")]
async fn get_project(
    context: Data<Context>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Project>,
) -> Result<HttpResponse> {
    list::show(&context, &req, &PROJECTS, &key, entry, query::views).await
}

/// Go to a list of what belongs to a project
///
/// Redirects to the list of that name, filtered by the entry: `solutions`, `practice-examples`, `working-groups`, `learning-partnerships`, `events`, `publications`. Other parameters are
/// passed on to it.
#[utoipa::path(tag = TAG, params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "solingen"),
    ("list" = String, Path, description = "Name of the list.", example = "solutions"),
), responses((status = 308, description = "The list is at `Location`", headers(("Location" = String, description = "Path of the filtered list.")))))]
#[get("/v1/projects/{key}/{list}")]
async fn get_project_list(context: Data<Context>, req: HttpRequest, path: EntryList) -> Result<HttpResponse> {
    redirect(&context, &req, &PROJECTS, query::LISTS, path).await
}

/// Add a model project
#[utoipa::path(tag = TAG, security(("token" = [ProjectsWrite::NAME])), responses((status = 201, description = "The project", body = Project)))]
#[post("/v1/projects")]
async fn create_project(caller: Scoped<ProjectsWrite>, call: Call, input: Json<ProjectInput>) -> Result<HttpResponse> {
    write::create((caller.caller(), call), input, query::views).await
}

/// Add many projects at once
#[utoipa::path(tag = TAG, security(("token" = [ProjectsWrite::NAME])), params(BatchQuery), request_body = Vec<ProjectInput>,
    responses((status = 200, description = "What became of each", body = BatchAnswer)))]
#[post("/v1/projects/batch")]
async fn create_projects(
    caller: Scoped<ProjectsWrite>,
    call: Call,
    query: QueryString<BatchQuery>,
    batch: Batch<ProjectInput>,
) -> Result<HttpResponse> {
    write::create_all((caller.caller(), call), query.0, batch).await
}

/// Replace a model project
#[utoipa::path(tag = TAG, security(("token" = [ProjectsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the project.", example = "solingen")),
    responses((status = 200, description = "The project", body = Project)))]
#[put("/v1/projects/{key}")]
async fn replace_project(
    caller: Scoped<ProjectsWrite>,
    call: Call,
    key: Key,
    held: Held,
    input: Json<ProjectInput>,
) -> Result<HttpResponse> {
    write::replace((caller.caller(), call), (key, held), input, query::views).await
}

/// Change a model project
#[utoipa::path(tag = TAG, security(("token" = [ProjectsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the project.", example = "solingen")),
    request_body(content = ProjectInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The project", body = Project)))]
#[patch("/v1/projects/{key}")]
async fn change_project(
    caller: Scoped<ProjectsWrite>,
    call: Call,
    key: Key,
    held: Held,
    patch: Patch<ProjectInput>,
) -> Result<HttpResponse> {
    write::change((caller.caller(), call), (key, held), patch, query::views).await
}

/// Delete a model project
#[utoipa::path(tag = TAG, security(("token" = [ProjectsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the project.", example = "solingen")), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/projects/{key}")]
async fn delete_project(
    caller: Scoped<ProjectsWrite>,
    call: Call,
    key: Key,
    held: Held,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, _, ProjectInput>((caller.caller(), call), (key, held), query::views).await
}

//! Model projects.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::{Feature, FeatureCollection, Record};
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;
use crate::sublists::redirect;

use self::dto::{Project, ProjectQuery};
use self::input::ProjectInput;

const TAG: &str = "projects";

pub(crate) const PROJECTS: Resource = Resource {
    table: "project",
    collection: TAG,
    title: ["Modellprojekte", "Model projects"],
    about: "The model projects of the programme.",
    label: "jsonb_build_object('de', t.name)",
    key: "name_key",
    official: None,
    few: true,
    columns: Project::COLUMNS,
    routes,
    files: Files::of::<ProjectInput>(Some((Form::Json, include_str!("../../seed/projects.json")))),
};

/// The lists of what belongs to a project.
const LISTS: &[&str] =
    &["solutions", "practice-examples", "working-groups", "learning-partnerships", "events", "publications"];

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_projects).service(get_project).service(get_project_list);
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
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<ProjectQuery, Project>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a model project
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the project.", example = "solingen"), View), responses((status = 200, description = "The project", content(
        (Project = "application/json"), (Feature = "application/geo+json")
    ))))]
#[get("/v1/projects/{key}")]
async fn get_project(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Project>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &PROJECTS, &key, query::views).await?)
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
async fn get_project_list(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    redirect((state, req), (&PROJECTS, LISTS), (key, path)).await
}

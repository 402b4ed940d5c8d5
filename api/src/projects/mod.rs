//! Model projects.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::{Feature, FeatureCollection};
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, View};

use self::dto::{Project, ProjectQuery};

pub(crate) use self::input::ProjectInput;
pub(crate) use self::store::{current, save};

const TAG: &str = "projects";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_projects).service(get_project);
}

/// List model projects
///
/// The 73 model projects "from Aalen to Zwönitz": in German order of the municipality that leads them.
#[utoipa::path(tag = TAG, params(ProjectQuery, Paging, View),
    responses((status = 200, description = "A page of projects, or every match in the streamed forms", content(
        (Page<Project> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/projects")]
async fn list_projects(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<ProjectQuery, Project>,
) -> Result<HttpResponse> {
    if list.view.is_streamed() {
        return list
            .stream(&req, async move |list, after, limit| query::rows(state.read()?, list, after, limit).await)
            .await;
    }
    let page = query::page(state.read()?, &list).await?;
    list.reply(&req, page)
}

/// Read a model project
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the project.", example = "solingen"), View), responses((status = 200, description = "The project", content(
        (Project = "application/json"), (Feature = "application/geo+json")
    ))))]
#[get("/v1/projects/{key}")]
async fn get_project(state: Data<State>, key: Key, entry: EntryQuery<Project>) -> Result<HttpResponse> {
    let (revision, project) = query::find(state.read()?, &key).await?;
    entry.reply(revision, &project)
}

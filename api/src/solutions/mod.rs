//! What can be reused: software, data, services, processes and more.

mod dto;
mod filters;
mod input;
mod query;
mod store;
mod view;

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

use self::dto::Solution;
use self::filters::SolutionQuery;
use self::input::SolutionInput;

const TAG: &str = "solutions";

pub(crate) const SOLUTIONS: Resource = Resource {
    table: "solution",
    collection: TAG,
    title: ["Lösungen", "Solutions"],
    about: "What can be reused: software, data, services, processes and more.",
    label: "t.title",
    key: "title_key",
    official: None,
    few: false,
    columns: Solution::COLUMNS,
    routes,
    files: Files::of::<SolutionInput>(Some((Form::Json, include_str!("../../seed/solutions.json")))),
};

/// The lists of what belongs to a solution.
const LISTS: &[&str] = &["practice-examples", "learning-partnerships"];

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_solutions).service(get_solution).service(get_solution_list);
}

/// List solutions
///
/// What the municipalities share so that others need not start from zero, in German order of titles.
#[utoipa::path(tag = TAG, params(Usual, SolutionQuery, Paging, View),
    responses((status = 200, description = "A page of solutions, or every match in the streamed forms", content(
        (Page<Solution> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "application/atom+xml")
    ))))]
#[get("/v1/solutions")]
async fn list_solutions(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<SolutionQuery, Solution>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, view::views).await
}

/// Read a solution
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the solution.", example = "open-smartcity-app"), View),
    responses((status = 200, description = "The solution", content((Solution = "application/json"), (Feature = "application/geo+json")))))]
#[get("/v1/solutions/{key}")]
async fn get_solution(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Solution>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &SOLUTIONS, &key, view::views).await?)
}

/// Go to a list of what belongs to a solution
///
/// Redirects to the list of that name, filtered by the entry: `practice-examples`, `learning-partnerships`. Other parameters are
/// passed on to it.
#[utoipa::path(tag = TAG, params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "open-smartcity-app"),
    ("list" = String, Path, description = "Name of the list.", example = "practice-examples"),
), responses((status = 308, description = "The list is at `Location`", headers(("Location" = String, description = "Path of the filtered list.")))))]
#[get("/v1/solutions/{key}/{list}")]
async fn get_solution_list(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    redirect((state, req), (&SOLUTIONS, LISTS), (key, path)).await
}

//! Themes: the fields of action.

mod dto;
mod query;

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::Record;
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;
use crate::sublists::redirect;

use self::dto::{Theme, ThemeInput, ThemeQuery};

const TAG: &str = "themes";

pub(crate) const THEMES: Resource = Resource {
    table: "theme",
    collection: TAG,
    title: ["Themen", "Themes"],
    about: "The fields of action.",
    label: "t.label",
    key: "label_key",
    official: None,
    few: true,
    columns: Theme::COLUMNS,
    routes,
    files: Files::of::<ThemeInput>(Some((Form::Json, include_str!("../../seed/themes.json")))),
};

/// The lists of what belongs to a theme.
const LISTS: &[&str] = &[
    "projects",
    "solutions",
    "practice-examples",
    "working-groups",
    "learning-partnerships",
    "events",
    "courses",
    "publications",
];

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_themes).service(get_theme).service(get_theme_list);
}

/// List themes
///
/// The fields of action that projects and solutions are sorted by, in German order of their labels.
#[utoipa::path(tag = TAG, params(Usual, ThemeQuery, Paging, View),
    responses((status = 200, description = "A page of themes, or every match in the streamed forms", content(
        (Page<Theme> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/themes")]
async fn list_themes(state: Data<State>, req: HttpRequest, list: ListQuery<ThemeQuery, Theme>) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a theme
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the theme.", example = "mobility"), View), responses((status = 200, description = "The theme", body = Theme)))]
#[get("/v1/themes/{key}")]
async fn get_theme(state: Data<State>, req: HttpRequest, key: Key, entry: EntryQuery<Theme>) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &THEMES, &key, query::views).await?)
}

/// Go to a list of what belongs to a theme
///
/// Redirects to the list of that name, filtered by the entry: `projects`, `solutions`, `practice-examples`, `working-groups`, `learning-partnerships`, `events`, `courses`, `publications`. Other parameters are
/// passed on to it.
#[utoipa::path(tag = TAG, params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "mobility"),
    ("list" = String, Path, description = "Name of the list.", example = "solutions"),
), responses((status = 308, description = "The list is at `Location`", headers(("Location" = String, description = "Path of the filtered list.")))))]
#[get("/v1/themes/{key}/{list}")]
async fn get_theme_list(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    redirect((state, req), (&THEMES, LISTS), (key, path)).await
}

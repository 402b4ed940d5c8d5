//! Themes: the fields of action.

mod dto;
mod query;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;

use self::dto::{Theme, ThemeInput, ThemeQuery};

const TAG: &str = "themes";

pub(crate) const THEMES: Resource = Resource {
    table: "theme",
    collection: TAG,
    about: "The fields of action.",
    label: "t.label",
    key: "label_key",
    official: None,
    few: true,
    routes,
    files: Files::of::<ThemeInput>(Some((Form::Json, include_str!("../../seed/themes.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_themes).service(get_theme);
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
async fn get_theme(state: Data<State>, key: Key, entry: EntryQuery<Theme>) -> Result<HttpResponse> {
    entry.reply(&listing::entry(state.read()?, &THEMES, &key, query::views).await?)
}

//! Themes: the fields of action.

mod dto;
mod query;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, View};

use self::dto::{Theme, ThemeQuery};

pub(crate) use self::dto::ThemeInput;
pub(crate) use self::query::{current, labels, save};

const TAG: &str = "themes";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_themes).service(get_theme);
}

/// List themes
///
/// The fields of action that projects and solutions are sorted by, in German order of their labels.
#[utoipa::path(tag = TAG, params(ThemeQuery, Paging, View),
    responses((status = 200, description = "A page of themes, or every match in the streamed forms", content(
        (Page<Theme> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/themes")]
async fn list_themes(state: Data<State>, req: HttpRequest, list: ListQuery<ThemeQuery, Theme>) -> Result<HttpResponse> {
    if list.view.is_streamed() {
        return list
            .stream(&req, async move |list, after, limit| query::rows(state.read()?, list, after, limit).await)
            .await;
    }
    let page = query::page(state.read()?, &list).await?;
    list.reply(&req, page)
}

/// Read a theme
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the theme.", example = "mobility"), View), responses((status = 200, description = "The theme", body = Theme)))]
#[get("/v1/themes/{key}")]
async fn get_theme(state: Data<State>, key: Key, entry: EntryQuery<Theme>) -> Result<HttpResponse> {
    let (revision, theme) = query::find(state.read()?, &key).await?;
    entry.reply(revision, &theme)
}

//! Themes: the fields of action.

mod dto;
mod query;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{Theme, ThemeInput, ThemeQuery};
use crate::auth::{Scope, ThemesWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams,
};
use crate::import::{Files, Form};
use crate::model::catalog::THEMES;
use crate::query::entry::{Entry, get_entry};
use crate::query::list;
use crate::query::sublists::{EntryList, ListRedirect, redirect};
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &THEMES,
    noun: "theme",
    example: "mobility",
    about: "The fields of action.",
    columns: Theme::COLUMNS,
    scope: ThemesWrite::NAME,
    routes,
    files: Files::of::<ThemeInput>(Some((Form::Json, include_str!("../../../seed/themes.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_themes);
    cfg.service(list_themes).service(get_theme).service(get_theme_list);
    cfg.service(create_theme).service(replace_theme).service(change_theme).service(delete_theme);
}

/// List themes
///
/// The fields of action that projects and solutions are sorted by, in German order of their labels.
#[utoipa::path(params(ListParams, ThemeQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of themes, or every match in the streamed forms", content(
        (Page<Theme> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/themes")]
async fn list_themes(context: Data<Context>, req: HttpRequest, list: ListQuery<ThemeQuery, Theme>) -> Result<Public> {
    list::list(&context, &req, list, query::plan, Theme::load).await.map(Public)
}

/// Read a theme
#[utoipa::path(params(RepresentationParams), responses((status = 200, description = "The theme", body = Theme)))]
#[get("/v1/themes/{key}")]
async fn get_theme(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Theme>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Go to a list of what belongs to a theme
///
/// Redirects to the list of that name, filtered by the entry: `projects`, `solutions`, `practice-examples`, `working-groups`, `learning-partnerships`, `events`, `courses`, `publications`. Other parameters are
/// passed on to it.
#[utoipa::path(params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "mobility"),
    ("list" = String, Path, description = "Name of the list.", example = "solutions"),
), responses(ListRedirect))]
#[get("/v1/themes/{key}/{list}")]
async fn get_theme_list(context: Data<Context>, req: HttpRequest, path: EntryList) -> Result<HttpResponse> {
    redirect(&context, &req, &THEMES, query::LISTS, path).await
}

/// Add a theme
#[utoipa::path]
#[post("/v1/themes")]
async fn create_theme(context: WriteContext<ThemesWrite>, input: Json<ThemeInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Add many themes at once
#[utoipa::path]
#[post("/v1/themes/batch")]
async fn create_themes(
    context: WriteContext<ThemesWrite, BatchQuery>,
    batch: BatchBody<ThemeInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a theme
#[utoipa::path]
#[put("/v1/themes/{key}")]
async fn replace_theme(
    context: WriteContext<ThemesWrite>,
    key: EntryKey,
    held: Precondition,
    input: Json<ThemeInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, held, input).await
}

/// Change a theme
#[utoipa::path]
#[patch("/v1/themes/{key}")]
async fn change_theme(
    context: WriteContext<ThemesWrite>,
    key: EntryKey,
    held: Precondition,
    patch: Patch<ThemeInput>,
) -> Result<HttpResponse> {
    write::change(context, key, held, patch).await
}

/// Delete a theme
#[utoipa::path]
#[delete("/v1/themes/{key}")]
async fn delete_theme(
    context: WriteContext<ThemesWrite>,
    key: EntryKey,
    held: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, ThemeInput>(context, key, held).await
}

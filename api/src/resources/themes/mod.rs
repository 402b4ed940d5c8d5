//! Themes: the fields of action of the programme.

mod dto;
mod query;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{Theme, ThemeInput, ThemeQuery};
use crate::auth::{Scope, ThemesWrite};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Record;
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::THEMES;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::query::sublists::Sublists;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &THEMES,
    noun: "theme",
    example: "mobility",
    about: "Themes: the fields of action of the programme.",
    columns: Theme::COLUMNS,
    scope: ThemesWrite::NAME,
    routes,
    builder: Builder::of::<Theme>(),
    files: Files::of::<ThemeInput>(Some((Form::Json, include_str!("../../../seed/themes.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_theme_batch);
    routes.service(list_themes).service(get_theme);
    routes.service(Sublists { resource: &THEMES, noun: "theme", lists: query::LISTS });
    routes.service(create_theme).service(replace_theme).service(update_theme).service(delete_theme);
}

/// List themes
///
/// Returns the themes by which entries are classified. Sorted by title in German alphabetical order by default.
#[utoipa::path(params(ListParams, ThemeQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of themes, or all matches in a streamed format", content(
        (Page<Theme> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/themes")]
async fn list_themes(context: Data<Context>, req: HttpRequest, list: ListQuery<ThemeQuery, Theme>) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a theme
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

/// Create a theme
#[utoipa::path]
#[post("/v1/themes")]
async fn create_theme(context: WriteContext<ThemesWrite>, input: Json<ThemeInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create themes in a batch
#[utoipa::path]
#[post("/v1/themes/batch")]
async fn create_theme_batch(
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
    precondition: Precondition,
    input: Json<ThemeInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a theme
#[utoipa::path]
#[patch("/v1/themes/{key}")]
async fn update_theme(
    context: WriteContext<ThemesWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<ThemeInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a theme
#[utoipa::path]
#[delete("/v1/themes/{key}")]
async fn delete_theme(
    context: WriteContext<ThemesWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, ThemeInput>(context, key, precondition).await
}

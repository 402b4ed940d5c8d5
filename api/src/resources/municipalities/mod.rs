//! Municipalities, districts and associations of municipalities.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{Municipality, MunicipalityQuery};
use self::input::MunicipalityInput;
use crate::auth::{MunicipalitiesWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Column, Files, Form, FormerKeys};
use crate::model::catalog::MUNICIPALITIES;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::query::sublists::Sublists;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &MUNICIPALITIES,
    noun: "municipality",
    example: "konstanz",
    about: "All municipalities, districts and associations of municipalities in Germany.",
    columns: Municipality::COLUMNS,
    scope: MunicipalitiesWrite::NAME,
    routes,
    builder: Builder::of::<Municipality>(),
    files: Files::of::<MunicipalityInput>(Some((Form::Csv, include_str!("../../../seed/municipalities.csv"))))
        .with_table(TABLE)
        .with_former_keys(FormerKeys {
            as_of: "2025-11-30",
            json: include_str!("../../../seed/former_municipalities.json"),
        }),
};

/// Columns of municipalities in the CSV files of `import` and `export`.
const TABLE: &[Column] = &[
    Column::text("ags"),
    Column::text("slug"),
    Column::text("title.de"),
    Column::text("title.en"),
    Column::text("designation"),
    Column::text("kind"),
    Column::text("federal_state"),
    Column::number("population"),
    Column::text("population_as_of"),
    Column::number("area_km2"),
    Column::number("location.lon"),
    Column::number("location.lat"),
    Column::text("website"),
];

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_municipality_batch);
    routes.service(list_municipalities).service(get_municipality);
    routes.service(Sublists { resource: &MUNICIPALITIES, noun: "municipality", lists: query::LISTS });
    routes
        .service(create_municipality)
        .service(replace_municipality)
        .service(update_municipality)
        .service(delete_municipality);
}

/// List municipalities
///
/// Returns all German municipalities, districts and associations of municipalities, from the register of the Federal
/// Statistical Office (© Statistisches Bundesamt, Gemeindeverzeichnis). Sorted by title in German alphabetical order by
/// default.
#[utoipa::path(params(ListParams, MunicipalityQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of municipalities, or all matches in a streamed format", content(
        (Page<Municipality> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/municipalities")]
async fn list_municipalities(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<MunicipalityQuery, Municipality>,
) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get a municipality
///
/// Returns the municipality. The `key` is its slug, its ID or its official key (AGS): 8 digits, 5 for a district, 9 for an
/// association of municipalities. A former slug or key redirects to the current one (308).
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The municipality", content(
        (Municipality = "application/json"), (Feature = "application/geo+json")
    ))))]
#[get("/v1/municipalities/{key}")]
async fn get_municipality(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Municipality>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Create a municipality
#[utoipa::path]
#[post("/v1/municipalities")]
async fn create_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    input: Json<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create municipalities in a batch
#[utoipa::path]
#[post("/v1/municipalities/batch")]
async fn create_municipality_batch(
    context: WriteContext<MunicipalitiesWrite, BatchQuery>,
    batch: BatchBody<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace a municipality
#[utoipa::path]
#[put("/v1/municipalities/{key}")]
async fn replace_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update a municipality
#[utoipa::path]
#[patch("/v1/municipalities/{key}")]
async fn update_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete a municipality
#[utoipa::path]
#[delete("/v1/municipalities/{key}")]
async fn delete_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, MunicipalityInput>(context, key, precondition).await
}

//! Municipalities, districts and associations of municipalities.

mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{Municipality, MunicipalityQuery};
use self::input::MunicipalityInput;
use crate::auth::{MunicipalitiesWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams,
};
use crate::import::{Files, Form, FormerKeys};
use crate::model::catalog::MUNICIPALITIES;
use crate::query::entry::{Entry, get_entry};
use crate::query::list;
use crate::query::sublists::{EntryList, ListRedirect, redirect};
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &MUNICIPALITIES,
    noun: "municipality",
    example: "konstanz",
    about: "Every municipality, district and association of municipalities in Germany.",
    columns: Municipality::COLUMNS,
    scope: MunicipalitiesWrite::NAME,
    routes,
    files: Files::of::<MunicipalityInput>(Some((Form::Csv, include_str!("../../../seed/municipalities.csv"))))
        .with_table(TABLE)
        .with_former_keys(FormerKeys {
            as_of: "2025-11-30",
            json: include_str!("../../../seed/former_municipalities.json"),
        }),
};

/// The columns of municipalities in the files of `import` and `export`.
const TABLE: &[&str] = &[
    "ags",
    "slug",
    "name",
    "designation",
    "kind",
    "federal_state",
    "population",
    "population_as_of",
    "area_km2",
    "lon",
    "lat",
    "website",
];

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_municipalities);
    cfg.service(list_municipalities).service(get_municipality).service(get_municipality_list);
    cfg.service(create_municipality)
        .service(replace_municipality)
        .service(change_municipality)
        .service(delete_municipality);
}

/// List municipalities
///
/// Every German municipality, district and association of municipalities, from the register of the Federal Statistical
/// Office (© Statistisches Bundesamt, Gemeindeverzeichnis), in German order of their names.
#[utoipa::path(params(ListParams, MunicipalityQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of municipalities, or every match in the streamed forms", content(
        (Page<Municipality> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/municipalities")]
async fn list_municipalities(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<MunicipalityQuery, Municipality>,
) -> Result<Public> {
    list::list(&context, &req, list, query::plan, Municipality::load).await.map(Public)
}

/// Read a municipality
///
/// The key is its slug, its id or its official key (AGS): 8 digits, 5 for a district, 9 for an association.
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

/// Go to a list of what belongs to a municipality
///
/// Redirects to the list of that name, filtered by the entry: `projects`, `solutions`, `practice-examples`, `working-groups`, `learning-partnerships`, `events`, `publications`. Other parameters are
/// passed on to it.
#[utoipa::path(params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "konstanz"),
    ("list" = String, Path, description = "Name of the list.", example = "solutions"),
), responses(ListRedirect))]
#[get("/v1/municipalities/{key}/{list}")]
async fn get_municipality_list(context: Data<Context>, req: HttpRequest, path: EntryList) -> Result<HttpResponse> {
    redirect(&context, &req, &MUNICIPALITIES, query::LISTS, path).await
}

/// Add a municipality
#[utoipa::path]
#[post("/v1/municipalities")]
async fn create_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    input: Json<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Add many municipalities at once
#[utoipa::path]
#[post("/v1/municipalities/batch")]
async fn create_municipalities(
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
    held: Precondition,
    input: Json<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, held, input).await
}

/// Change a municipality
#[utoipa::path]
#[patch("/v1/municipalities/{key}")]
async fn change_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    key: EntryKey,
    held: Precondition,
    patch: Patch<MunicipalityInput>,
) -> Result<HttpResponse> {
    write::change(context, key, held, patch).await
}

/// Delete a municipality
#[utoipa::path]
#[delete("/v1/municipalities/{key}")]
async fn delete_municipality(
    context: WriteContext<MunicipalitiesWrite>,
    key: EntryKey,
    held: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, MunicipalityInput>(context, key, held).await
}

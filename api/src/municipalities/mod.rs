//! Municipalities, districts and associations of municipalities.

mod ags;
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

use self::dto::{Municipality, MunicipalityQuery};
use self::input::MunicipalityInput;

pub(crate) use self::ags::AgsPrefix;
pub(crate) use self::dto::MunicipalityLink;

const TAG: &str = "municipalities";

pub(crate) const MUNICIPALITIES: Resource = Resource {
    table: "municipality",
    collection: TAG,
    title: ["Kommunen", "Municipalities"],
    about: "Every municipality, district and association of municipalities in Germany.",
    label: "jsonb_build_object('de', t.name)",
    key: "name_key",
    official: Some("ags"),
    few: false,
    columns: Municipality::COLUMNS,
    routes,
    files: Files::of::<MunicipalityInput>(Some((Form::Csv, include_str!("../../seed/municipalities.csv")))),
};

/// The lists of what belongs to a municipality.
const LISTS: &[&str] = &[
    "projects",
    "solutions",
    "practice-examples",
    "working-groups",
    "learning-partnerships",
    "events",
    "publications",
];

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_municipalities).service(get_municipality).service(get_municipality_list);
}

/// List municipalities
///
/// Every German municipality, district and association of municipalities, from the register of the Federal Statistical
/// Office (© Statistisches Bundesamt, Gemeindeverzeichnis), in German order of their names.
#[utoipa::path(tag = TAG, params(Usual, MunicipalityQuery, Paging, View),
    responses((status = 200, description = "A page of municipalities, or every match in the streamed forms", content(
        (Page<Municipality> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/municipalities")]
async fn list_municipalities(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<MunicipalityQuery, Municipality>,
) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read a municipality
///
/// The key is its slug, its id or its official key (AGS): 8 digits, 5 for a district, 9 for an association.
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug, id or official key (AGS) of the municipality.", example = "konstanz"), View),
    responses((status = 200, description = "The municipality", content(
        (Municipality = "application/json"), (Feature = "application/geo+json")
    ))))]
#[get("/v1/municipalities/{key}")]
async fn get_municipality(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Municipality>,
) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &MUNICIPALITIES, &key, query::views).await?)
}

/// Go to a list of what belongs to a municipality
///
/// Redirects to the list of that name, filtered by the entry: `projects`, `solutions`, `practice-examples`, `working-groups`, `learning-partnerships`, `events`, `publications`. Other parameters are
/// passed on to it.
#[utoipa::path(tag = TAG, params(
    ("key" = String, Path, description = "Slug or id of the entry.", example = "konstanz"),
    ("list" = String, Path, description = "Name of the list.", example = "solutions"),
), responses((status = 308, description = "The list is at `Location`", headers(("Location" = String, description = "Path of the filtered list.")))))]
#[get("/v1/municipalities/{key}/{list}")]
async fn get_municipality_list(
    state: Data<State>,
    req: HttpRequest,
    key: Key,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    redirect((state, req), (&MUNICIPALITIES, LISTS), (key, path)).await
}

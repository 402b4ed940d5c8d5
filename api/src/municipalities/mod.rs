//! Municipalities, districts and associations of municipalities.

mod ags;
mod dto;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::{Feature, FeatureCollection};
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;

use self::dto::{Municipality, MunicipalityInput, MunicipalityQuery};

pub(crate) use self::ags::AgsPrefix;
pub(crate) use self::dto::MunicipalityLink;

const TAG: &str = "municipalities";

pub(crate) const MUNICIPALITIES: Resource = Resource {
    table: "municipality",
    collection: TAG,
    about: "Every municipality, district and association of municipalities in Germany.",
    label: "jsonb_build_object('de', t.name)",
    key: "name_key",
    official: Some("ags"),
    few: false,
    routes,
    files: Files::of::<MunicipalityInput>(Some((Form::Csv, include_str!("../../seed/municipalities.csv")))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_municipalities).service(get_municipality);
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
async fn get_municipality(state: Data<State>, key: Key, entry: EntryQuery<Municipality>) -> Result<HttpResponse> {
    entry.reply(&listing::entry(state.read()?, &MUNICIPALITIES, &key, query::views).await?)
}

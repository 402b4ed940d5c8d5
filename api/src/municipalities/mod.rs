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
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, View};

use self::dto::{Municipality, MunicipalityQuery};

pub(crate) use self::ags::AgsPrefix;
pub(crate) use self::dto::{MunicipalityInput, MunicipalityLink};
pub(crate) use self::store::{Member, current, references, save};

const TAG: &str = "municipalities";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_municipalities).service(get_municipality);
}

/// List municipalities
///
/// Every German municipality, district and association of municipalities, from the register of the Federal Statistical
/// Office (© Statistisches Bundesamt, Gemeindeverzeichnis), in German order of their names.
#[utoipa::path(tag = TAG, params(MunicipalityQuery, Paging, View),
    responses((status = 200, description = "A page of municipalities, or every match in the streamed forms", content(
        (Page<Municipality> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson")
    ))))]
#[get("/v1/municipalities")]
async fn list_municipalities(
    state: Data<State>,
    req: HttpRequest,
    list: ListQuery<MunicipalityQuery, Municipality>,
) -> Result<HttpResponse> {
    if list.view.is_streamed() {
        return list
            .stream(&req, async move |list, after, limit| query::rows(state.read()?, list, after, limit).await)
            .await;
    }
    let page = query::page(state.read()?, &list).await?;
    list.reply(&req, page)
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
    let (revision, municipality) = query::find(state.read()?, &key).await?;
    entry.reply(revision, &municipality)
}

//! Lists below an entry, which redirect to filtered lists.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use url::form_urlencoded;
use utoipa::{IntoResponses, ToSchema};

use crate::base::db::context::Context;
use crate::base::error::{Error, Result, Violation};
use crate::http::EntryKey;
use crate::model::catalog::Resource;

/// Paths of the lists of entries related to an entry, by name
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "solutions": "/v1/solutions?project=ulm" }))]
pub(crate) struct Lists(BTreeMap<String, String>);

impl Lists {
    /// Returns the paths of lists, filtered by an entry of a resource.
    pub(crate) fn of(resource: &Resource, slug: &str, lists: &[&str]) -> Self {
        let address = |list: &&str| (list.replace('-', "_"), format!("/v1/{list}?{}={slug}", resource.table));
        Self(lists.iter().map(address).collect())
    }
}

/// Redirect to a filtered list, for the OpenAPI document
#[derive(IntoResponses)]
#[response(status = 308, description = "Redirect to the filtered list", headers(("Location" = String, description = "Path of the filtered list.")))]
pub(crate) struct ListRedirect;

/// Path parameters of a list below an entry.
pub(crate) struct EntryList {
    key: EntryKey,
    list: String,
}

impl FromRequest for EntryList {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let list = req.match_info().get("list").unwrap_or_default().to_owned();
        ready(EntryKey::from_request(req, payload).into_inner().map(|key| Self { key, list }))
    }
}

/// Redirects from a list below an entry to the filtered list. Keeps the query string.
pub(crate) async fn redirect(
    context: &Data<Context>,
    req: &HttpRequest,
    resource: &Resource,
    lists: &[&str],
    path: EntryList,
) -> Result<HttpResponse> {
    let EntryList { key, list } = path;
    if !lists.contains(&list.as_str()) {
        return Err(Error::NotFound);
    }
    let asked = asked_beside(req, &[resource.table])?;
    let slug = resource.slug(context.read()?, &key).await?;
    Ok(to_list(&format!("/v1/{list}?{}={slug}{asked}", resource.table)))
}

/// Returns the query string to append to a redirect. Refuses parameters that the path determines.
pub(crate) fn asked_beside(req: &HttpRequest, given: &[&'static str]) -> Result<String> {
    let asked = req.query_string();
    if let Some(name) =
        given.iter().find(|given| form_urlencoded::parse(asked.as_bytes()).any(|(name, _)| name == **given))
    {
        let detail = "is given by the path; ask the list itself for alternatives";
        return Err(Error::Parameters(vec![Violation::parameter(*name, detail)]));
    }
    Ok(if asked.is_empty() { String::new() } else { format!("&{asked}") })
}

/// Returns a permanent redirect to a list.
pub(crate) fn to_list(location: &str) -> HttpResponse {
    let mut response = HttpResponse::PermanentRedirect();
    response.insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-cache")).finish()
}

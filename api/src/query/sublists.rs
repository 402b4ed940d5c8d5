//! Lists below an entry, which redirect to filtered lists.

use std::collections::BTreeMap;

use actix_web::dev::{AppService, HttpServiceFactory};
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, guard};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;
use utoipa::openapi::path::{OperationBuilder, PathItem, Paths, PathsBuilder};
use utoipa::openapi::{HttpMethod, RefOr, ResponsesBuilder, Schema};
use utoipa::{IntoResponses, ToSchema};
use utoipa_actix_web::OpenApiFactory;

use crate::base::db::context::Context;
use crate::base::error::{Error, Result, Rule, Violation};
use crate::base::public_url::public_path;
use crate::http::EntryKey;
use crate::model::catalog::Resource;

/// Paths of the lists of entries related to an entry, by name
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({ "solutions": "/v1/solutions?project=ulm" }))]
pub(crate) struct Lists(BTreeMap<String, String>);

impl Lists {
    /// Returns the paths of lists, filtered by an entry of a resource.
    pub(crate) fn of(resource: &Resource, slug: &str, lists: &[&str]) -> Self {
        let address =
            |list: &&str| (list.replace('-', "_"), public_path(format_args!("/v1/{list}?{}={slug}", resource.table)));
        Self(lists.iter().map(address).collect())
    }
}

/// Redirect to a filtered list, for the OpenAPI document
#[derive(IntoResponses)]
#[response(status = 308, description = "Redirect to the filtered list", headers(("Location" = String, description = "Path of the filtered list.")))]
pub(crate) struct ListRedirect;

/// The lists below the entries of a resource, such as `/v1/projects/{key}/solutions`.
pub(crate) struct Sublists {
    /// Resource of the entries.
    pub resource: &'static Resource,
    /// Singular noun for an entry.
    pub noun: &'static str,
    /// Names of the lists.
    pub lists: &'static [&'static str],
}

impl Sublists {
    fn path(&self, list: &str) -> String {
        format!("/v1/{}/{{key}}/{list}", self.resource.collection)
    }
}

impl HttpServiceFactory for Sublists {
    fn register(self, config: &mut AppService) {
        for list in self.lists {
            let to = Filtered { resource: self.resource, list };
            let handler = move |context: Data<Context>, req: HttpRequest, key: EntryKey| async move {
                redirect(&context, &req, &key, to).await
            };
            web::resource(self.path(list)).guard(guard::Get()).to(handler).register(config);
        }
    }
}

impl OpenApiFactory for Sublists {
    fn paths(&self) -> Paths {
        let operation = |list: &&'static str| {
            let words = list.replace('-', " ");
            let operation = OperationBuilder::new()
                .operation_id(Some(format!("list_{}_{}", self.resource.table, list.replace('-', "_"))))
                .summary(Some(format!("Redirect to the {words} of a {}", self.noun)))
                .description(Some(format!(
                    "Redirects to `/v1/{list}`, filtered by the {}. Other query parameters are passed on to that list.",
                    self.noun
                )))
                .responses(
                    ListRedirect::responses()
                        .into_iter()
                        .fold(ResponsesBuilder::new(), |all, (status, response)| all.response(status, response)),
                );
            (self.path(list), PathItem::new(HttpMethod::Get, operation))
        };
        self.lists.iter().map(operation).fold(PathsBuilder::new(), |all, (path, item)| all.path(path, item)).build()
    }

    fn schemas(&self, _schemas: &mut Vec<(String, RefOr<Schema>)>) {}
}

/// A list filtered by an entry of a resource.
#[derive(Clone, Copy)]
struct Filtered {
    resource: &'static Resource,
    list: &'static str,
}

/// Redirects to the filtered list. Keeps the query string.
async fn redirect(context: &Data<Context>, req: &HttpRequest, key: &EntryKey, to: Filtered) -> Result<HttpResponse> {
    let Filtered { resource, list } = to;
    let asked = asked_beside(req, &[resource.table])?;
    let slug = resource.slug(&context.read()?, key).await?;
    Ok(to_list(&format!("/v1/{list}?{}={slug}{asked}", resource.table)))
}

/// Returns the query string to append to a redirect. Fails with `Error::Parameters` if it has parameters that the path
/// determines.
pub(crate) fn asked_beside(req: &HttpRequest, given: &[&'static str]) -> Result<String> {
    let asked = req.query_string();
    if let Some(name) =
        given.iter().find(|given| form_urlencoded::parse(asked.as_bytes()).any(|(name, _)| name == **given))
    {
        return Err(Error::Parameters(vec![Violation::parameter(*name, Rule::GivenByPath {})]));
    }
    Ok(if asked.is_empty() { String::new() } else { format!("&{asked}") })
}

/// Returns a permanent redirect (308) to the path of a list, which caches revalidate.
pub(crate) fn to_list(location: &str) -> HttpResponse {
    let mut response = HttpResponse::PermanentRedirect();
    response.insert_header((LOCATION, public_path(location))).insert_header((CACHE_CONTROL, "no-cache")).finish()
}

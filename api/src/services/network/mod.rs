//! Network of municipalities and projects, and statistics of the directory.

mod dto;
mod graphml;
mod query;
mod statistics;

use actix_web::http::header::{CONTENT_TYPE, LINK};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};

use self::dto::{FORMATS, Network, NetworkQuery};
use self::statistics::{Statistics, count};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::Format;
use crate::http::{Public, QueryString, Routes, alternate, negotiate, reply};

const TAG: &str = "overview";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(get_network).service(get_statistics);
}

/// Get the network
///
/// Returns municipalities and projects as nodes, and their connections as edges: project memberships, shared projects, working
/// groups, learning partnerships and transfers. A participant without a known municipality is represented by its project.
#[utoipa::path(tag = TAG, params(NetworkQuery), responses((status = 200, description = "The network", content(
    (Network = "application/json"), (String = "application/graphml+xml")
))))]
#[get("/v1/network")]
async fn get_network(
    context: Data<Context>,
    req: HttpRequest,
    QueryString(query): QueryString<NetworkQuery>,
) -> Result<Public> {
    let form = negotiate(req.headers(), query.format, &FORMATS)?;
    let network = query::network(&context.read()?, &query).await?;
    let mut response = match form {
        Format::Graphml => {
            HttpResponse::Ok().insert_header((CONTENT_TYPE, form.content_type())).body(graphml::written(&network)?)
        }
        _ => reply(form.content_type(), &network)?,
    };
    if let Ok(link) = alternate(&req, form, &FORMATS).join(", ").parse() {
        response.headers_mut().insert(LINK, link);
    }
    Ok(Public(response))
}

/// Get statistics
///
/// Returns the number of entries of each resource, and further key figures of the directory.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The statistics", body = Statistics)))]
#[get("/v1/statistics")]
async fn get_statistics(context: Data<Context>) -> Result<Public> {
    reply(Format::Json.content_type(), &count(&context.read()?).await?).map(Public)
}

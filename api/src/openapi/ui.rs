//! Where the document is read, by programs and by people.

use std::sync::Arc;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_swagger_ui::serve;

use crate::base::error::{Error, Result};
use crate::http::{Public, reply};

const TAG: &str = "documentation";

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(get_openapi).service(get_docs).service(get_docs_file);
}

/// Read this document
///
/// The OpenAPI 3.1 document of the service, made from the routes that are served.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The document", body = Object)))]
#[get("/openapi.json")]
async fn get_openapi(document: Data<OpenApi>) -> Result<Public> {
    reply("application/json", &**document).map(Public)
}

/// Find the interactive documentation
#[utoipa::path(tag = TAG, responses((status = 308, description = "It is at /docs/",
    headers(("Location" = String, description = "Where it is.")))))]
#[get("/docs")]
async fn get_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, "/docs/"))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .finish()
}

/// Browse the interactive documentation
///
/// A page, for people; everything it loads is served from here.
#[utoipa::path(tag = TAG, params(("file" = String, Path, description = "File of the page; empty for the page itself.", example = "index.html")),
    responses((status = 200, description = "The page or one of its files", content(
        (String = "text/html"), (String = "text/css"), (String = "text/javascript"), (String = "image/png")
    ))))]
#[get("/docs/{file:.*}")]
async fn get_docs_file(file: Path<String>) -> Result<Public> {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    /// What starts the page; ours, the rest is Swagger UI as it is.
    const INITIALIZER: &str = include_str!("ui.js");

    let found = serve(&file, Arc::default()).map_err(|error| Error::internal(anyhow::anyhow!("{error}")))?;
    let found = found.ok_or(Error::NotFound)?;
    let bytes = if *file == "swagger-initializer.js" { INITIALIZER.into() } else { found.bytes.into_owned() };
    let response = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, found.content_type))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(bytes);
    Ok(Public(response))
}

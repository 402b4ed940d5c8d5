//! The OpenAPI document, the guide and the interactive reference.

use std::sync::Arc;

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_LOCATION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION,
};
use actix_web::web::{Data, Path};
use actix_web::{HttpResponse, get};
use utoipa_swagger_ui::serve;

use super::Served;
use crate::base::error::{Error, Result};
use crate::base::public_url::{absolute, public_path};
use crate::http::{Public, Routes, page};

pub(crate) const TAG: &str = "documentation";

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(get_openapi).service(get_unversioned_openapi).service(get_docs).service(get_docs_file);
}

/// Get the OpenAPI document
///
/// Returns the OpenAPI 3.1 document of the service, generated from its routes.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The OpenAPI document", body = Object)))]
#[get("/v1/openapi.json")]
async fn get_openapi(document: Data<Served>) -> Public {
    Public(sent(&document))
}

/// Get the OpenAPI document without a version in the path
///
/// Returns the document of `/v1/openapi.json`.
#[utoipa::path(tag = TAG, responses((status = 200, description = "The OpenAPI document", body = Object,
    headers(("Content-Location" = String, description = "Path of the document by its version.")))))]
#[get("/openapi.json")]
async fn get_unversioned_openapi(document: Data<Served>) -> Result<Public> {
    let mut response = sent(&document);
    response
        .headers_mut()
        .insert(CONTENT_LOCATION, HeaderValue::from_str(&public_path("/v1/openapi.json")).map_err(Error::internal)?);
    Ok(Public(response))
}

fn sent(document: &Served) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(document.0.clone())
}

/// Redirect to the documentation
///
/// Redirects to `/docs/`.
#[utoipa::path(tag = TAG, responses((status = 308, description = "Redirect to `/docs/`",
    headers(("Location" = String, description = "Path of the documentation."))),
    (status = 200, description = "The documentation, after the redirect", body = String, content_type = "text/html")))]
#[get("/docs")]
async fn get_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, public_path("/docs/")))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .finish()
}

/// Get the documentation
///
/// Returns the guide, the interactive reference (`reference`), or one of its files. The pages load nothing from elsewhere.
#[utoipa::path(tag = TAG, params(("file" = String, Path, description = "Name of the file. Empty for the guide.", example = "reference")),
    responses((status = 200, description = "The page or file", content(
        (String = "text/html"), (String = "text/css"), (String = "text/javascript"), (String = "image/png")
    ))))]
#[get("/docs/{file:.*}")]
async fn get_docs_file(file: Path<String>) -> Result<Public> {
    const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    /// Replaces the initialiser of Swagger UI; all other files are unchanged.
    const INITIALIZER: &str = include_str!("ui.js");

    const GUIDE: &str = include_str!("guide.html");

    if file.is_empty() {
        let guide = GUIDE.replace("http://127.0.0.1:8080", &absolute(&public_path("")));
        return Ok(Public(page("Guide", &guide)));
    }
    let name = if *file == "reference" { "index.html" } else { &file };
    let found = serve(name, Arc::default()).map_err(|error| Error::internal(anyhow::anyhow!("{error}")))?;
    let found = found.ok_or_else(|| Error::not_found("/docs", &*file))?;
    let bytes = if name == "swagger-initializer.js" { INITIALIZER.into() } else { found.bytes.into_owned() };
    let response = HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, found.content_type))
        .insert_header((CONTENT_SECURITY_POLICY, POLICY))
        .body(bytes);
    Ok(Public(response))
}

//! What no route took.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::{OpenApi, PathItem};

use crate::error::{Error, Result};

/// What a browser on another site may send; reading needs no token, so none is among them.
const ALLOWED_HEADERS: &str = "Accept, Accept-Language, If-Modified-Since, If-None-Match, X-Request-Id";

/// OPTIONS, to a browser that asks first too, and 405 at a known address, 404 elsewhere.
pub(crate) async fn fallback(req: HttpRequest, document: Data<OpenApi>) -> Result<HttpResponse> {
    // The document writes a parameter without the expression it must match.
    let known = req.resource_map().match_pattern(req.path()).map(|path| path.replace(":.*}", "}"));
    let Some(item) = known.and_then(|path| document.paths.paths.get(&path)) else {
        return Err(Error::NotFound);
    };
    let allow = allowed(item);
    if req.method() != Method::OPTIONS {
        return Err(Error::Method { allow });
    }
    Ok(HttpResponse::NoContent()
        .insert_header((ALLOW, allow.as_str()))
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, allow.as_str()))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .finish())
}

/// The methods of a path, as `Allow` lists them.
fn allowed(item: &PathItem) -> String {
    let written = [
        ("DELETE", item.delete.is_some()),
        ("GET", item.get.is_some()),
        ("HEAD", item.get.is_some()),
        ("OPTIONS", true),
        ("PATCH", item.patch.is_some()),
        ("POST", item.post.is_some()),
        ("PUT", item.put.is_some()),
    ];
    let methods: BTreeSet<&str> = written.iter().filter(|(_, there)| *there).map(|(method, _)| *method).collect();
    methods.into_iter().collect::<Vec<_>>().join(", ")
}

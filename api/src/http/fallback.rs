//! Responses to requests that match no route: OPTIONS, 404 and 405.

use std::collections::BTreeSet;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW, ORIGIN, VARY,
};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::{OpenApi, PathItem};

use super::operations::Route;
use crate::base::error::{Error, Result};

/// Request headers that browsers may send cross-origin: to read from any origin, and to write from the allowed origins.
/// A page needs a token to send `Authorization`, and browsers send no other credentials, so any page may read with one.
const TO_READ: &str = "Accept, Accept-Language, Authorization, Content-Type, If-Modified-Since, If-None-Match, Last-Event-ID, \
                       X-Request-Id";
const TO_WRITE: &str = "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-Modified-Since, \
                        If-None-Match, Last-Event-ID, Prefer, X-Request-Id";

/// Origins whose pages may write.
pub(crate) struct WriteOrigins(pub Vec<String>);

/// Responds to OPTIONS, CORS preflight requests included, and with 405 on a known path or 404 elsewhere.
pub(crate) async fn fallback(
    req: HttpRequest,
    origins: Data<WriteOrigins>,
    document: Data<OpenApi>,
) -> Result<HttpResponse> {
    let Some(item) = Route::of(&req).and_then(|path| document.paths.paths.get(&path)) else {
        return Err(Error::NotFound);
    };
    let allow = allowed(item);
    if req.method() != Method::OPTIONS {
        return Err(Error::Method { allow });
    }
    let origin = req.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let writes = origin.is_some_and(|origin| origins.0.iter().any(|known| known == origin));
    let to_read = allow.split(", ").filter(|method| matches!(*method, "GET" | "HEAD" | "OPTIONS")).collect::<Vec<_>>();
    let (methods, headers) = if writes { (allow.clone(), TO_WRITE) } else { (to_read.join(", "), TO_READ) };
    Ok(HttpResponse::NoContent()
        .insert_header((ALLOW, allow))
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, methods))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, headers))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .insert_header((VARY, "Origin"))
        .finish())
}

/// Returns the methods of a path in the form of `Allow`.
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

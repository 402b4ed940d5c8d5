//! Responses to requests that match no route: OPTIONS, 404 and 405.

use std::collections::BTreeSet;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::openapi::{OpenApi, PathItem};

use super::cors::{self, WriteOrigins};
use super::route::Route;
use crate::base::error::{Error, Result};

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
    let mut response = cors::options(req.headers(), &origins, &allow);
    response.headers_mut().insert(ALLOW, HeaderValue::try_from(allow).map_err(Error::internal)?);
    Ok(response)
}

/// Middleware: responds with 405 to a method that the document does not know at the path. Another path with a parameter
/// in its place may have the method: `PUT /v1/submissions/form` is not `PUT /v1/submissions/{id}`.
pub(crate) async fn refuse_undeclared_methods(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !is_read
        && let Some(path) = Route::of(req.request())
        && let Some(item) = req.app_data::<Data<OpenApi>>().and_then(|document| document.paths.paths.get(&path))
    {
        let allow = allowed(item);
        if !allow.split(", ").any(|method| method == req.method().as_str()) {
            return Err(Error::Method { allow }.into());
        }
    }
    Ok(next.call(req).await?.map_into_boxed_body())
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

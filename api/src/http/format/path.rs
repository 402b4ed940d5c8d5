//! Paths that name the format of the representation.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;

use super::Format;
use crate::base::error::{Error, Result};
use crate::http::operations::Route;

/// Middleware: reads a path that ends with the name of a format, such as `/v1/solutions.csv`, as the path before it with
/// `format`. No slug, key or ID contains a full stop. Such paths can only be read.
pub(crate) async fn read_format_in_path(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some((path, format)) = split(req.path()) {
        match *req.method() {
            Method::GET => {
                let query = req.query_string();
                let separator = if query.is_empty() { "" } else { "&" };
                let uri = format!("{path}?{query}{separator}format={}", format.name());
                let uri: Uri = uri.parse().map_err(Error::internal)?;
                req.match_info_mut().get_mut().update(&uri);
                req.head_mut().uri = uri;
                Route::note(&req);
            }
            // The fallback answers.
            Method::OPTIONS => {}
            _ => return Err(Error::Method { allow: "GET, HEAD, OPTIONS".to_owned() }.into()),
        }
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// Splits the name of a format off a path.
pub(in crate::http) fn split(path: &str) -> Option<(&str, Format)> {
    let (path, name) = path.rsplit_once('.')?;
    // JSON is the format of the path itself.
    let format = Format::ALL.into_iter().find(|format| format.name() == name && *format != Format::Json)?;
    (path.starts_with("/v1/") && !path.ends_with('/')).then_some((path, format))
}

//! Cross-origin requests: any page may read, and only pages of the allowed origins may write.

use actix_web::HttpResponse;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, HOST, HeaderMap, HeaderName,
    ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::base::error::Error;

/// Request headers that browsers may send cross-origin: to read from any origin, and to write from the allowed origins.
/// `Authorization` is allowed for reads from any origin, because a page must know the token and browsers add no other
/// credentials.
const TO_READ: &str = "Accept, Accept-Language, Authorization, Content-Type, If-Modified-Since, If-None-Match, Last-Event-ID, \
                       X-Request-Id";
const TO_WRITE: &str = "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, If-Modified-Since, \
                        If-None-Match, Last-Event-ID, Prefer, X-Request-Id";

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Origins whose pages may write.
pub(crate) struct WriteOrigins(pub Vec<String>);

impl WriteOrigins {
    fn allow(&self, origin: &str) -> bool {
        self.0.iter().any(|known| known == origin)
    }
}

/// Responds to OPTIONS, which may be a preflight request, on a path that supports the methods `allow`.
pub(super) fn options(headers: &HeaderMap, origins: &WriteOrigins, allow: &str) -> HttpResponse {
    let may_write = text(headers, &ORIGIN).is_some_and(|origin| origins.allow(origin));
    let to_read = allow.split(", ").filter(|method| matches!(*method, "GET" | "HEAD" | "OPTIONS")).collect::<Vec<_>>();
    let (methods, headers) = if may_write { (allow.to_owned(), TO_WRITE) } else { (to_read.join(", "), TO_READ) };
    HttpResponse::NoContent()
        .insert_header((ACCESS_CONTROL_ALLOW_METHODS, methods))
        .insert_header((ACCESS_CONTROL_ALLOW_HEADERS, headers))
        .insert_header((ACCESS_CONTROL_MAX_AGE, "86400"))
        .insert_header((VARY, "Origin"))
        .finish()
}

/// Middleware: refuses writes by pages of other sites. Browsers compare the methods of a preflight response, except for
/// POST.
pub(crate) async fn refuse_foreign_writes(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let is_read = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if let Some(origin) = text(req.headers(), &ORIGIN).filter(|_| !is_read) {
        let is_listed = req.app_data::<Data<WriteOrigins>>().is_some_and(|origins| origins.allow(origin));
        if !is_listed && !is_same_origin(req.headers(), origin) {
            return Err(Error::Origin.into());
        }
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// Returns whether a page of the service itself, such as the API reference, sent the request.
fn is_same_origin(headers: &HeaderMap, origin: &str) -> bool {
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    // Behind a proxy, `Host` may differ from the host in `Origin`. Pages cannot set `Sec-Fetch-Site`.
    text(headers, &SEC_FETCH_SITE) == Some("same-origin") || authority.is_some() && authority == text(headers, &HOST)
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

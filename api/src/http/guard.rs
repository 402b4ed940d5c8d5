//! Middleware against malformed URLs, oversized bodies, panics and requests that take too long.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap};
use actix_web::middleware::Next;
use futures_util::FutureExt;
use percent_encoding::percent_decode_str;

use super::operations::Operations;
use crate::base::error::{Error, Result, UrlFault};

/// Longest path or query, in bytes.
pub(crate) const MAX_URL: usize = 8 * 1024;
/// Largest body, in bytes. The limit allows for the largest entry in any JSON encoding: compact JSON grows at most
/// threefold if every non-ASCII character is escaped, as by some libraries.
pub(crate) const MAX_BODY: usize = 4 * 1024 * 1024;
/// Time limit of a read.
const READ: Duration = Duration::from_secs(5);
/// Time limit of a long poll.
const WAIT: Duration = Duration::from_secs(30);
/// Time limit of a write, which includes receiving the body.
const WRITE: Duration = Duration::from_secs(20);

/// Middleware: refuses malformed URLs, oversized bodies and bodies with a content coding, and routes HEAD like GET. The
/// HTTP encoder omits the body of a response to HEAD.
pub(crate) async fn guard(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Err(error) = address(req.uri()).and_then(|()| body(req.headers())) {
        return Ok(req.error_response(error));
    }
    if req.method() == Method::HEAD {
        req.head_mut().method = Method::GET;
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

fn address(uri: &actix_web::http::Uri) -> Result<()> {
    for part in [uri.path(), uri.query().unwrap_or_default()] {
        if part.len() > MAX_URL {
            return Err(Error::TooLong(MAX_URL));
        }
        well_formed(part)?;
    }
    Ok(())
}

/// Refuses NUL, invalid UTF-8 and broken percent-encoding, which the decoder of the framework accepts.
fn well_formed(part: &str) -> Result<()> {
    let escape = |rest: &[u8]| matches!(rest, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit());
    let bytes = part.as_bytes();
    let mut escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    if escapes.any(|(at, _)| !bytes.get(at + 1..).is_some_and(escape)) {
        return Err(Error::Address(UrlFault::Escape));
    }
    match percent_decode_str(part).decode_utf8() {
        Err(_) => Err(Error::Address(UrlFault::Utf8)),
        Ok(text) if text.contains('\0') => Err(Error::Address(UrlFault::Nul)),
        Ok(_) => Ok(()),
    }
}

fn body(headers: &HeaderMap) -> Result<()> {
    let text = |name| headers.get(name).and_then(|value: &actix_web::http::header::HeaderValue| value.to_str().ok());
    if text(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > MAX_BODY as u64)
    {
        return Err(Error::TooLarge(MAX_BODY));
    }
    match text(CONTENT_ENCODING) {
        Some(coding) if !coding.eq_ignore_ascii_case("identity") => Err(Error::Coding),
        _ => Ok(()),
    }
}

/// Middleware: turns a panic into an internal error, and keeps the connection open.
pub(crate) async fn panics(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    match AssertUnwindSafe(next.call(req)).catch_unwind().await {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        Err(_) => Err(Error::internal(anyhow::anyhow!("a handler panicked")).into()),
    }
}

/// Middleware: responds with 503 when the time limit of a request is reached: 5 seconds for reads, 20 for writes, 30
/// for long polls. A write continues in a separate task; only its response is lost.
pub(crate) async fn deadline(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let most = if !req.method().is_safe() {
        WRITE
    } else if Operations::is_long_poll(req.request()) {
        WAIT
    } else {
        READ
    };
    match tokio::time::timeout(most, next.call(req)).await {
        Ok(response) => Ok(response?.map_into_boxed_body()),
        Err(late) => Err(Error::Unavailable(late.into()).into()),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::{App, HttpResponse, get, test as wire};

    use super::*;

    #[get("/")]
    async fn panicking() -> HttpResponse {
        unreachable!("this handler panics")
    }

    #[actix_web::test]
    async fn panic_returns_500_without_details() {
        let app = wire::init_service(App::new().service(panicking).wrap(from_fn(panics))).await;

        let error = wire::try_call_service(&app, wire::TestRequest::get().uri("/").to_request()).await.unwrap_err();
        let response = error.error_response();

        assert_eq!(response.status(), 500);
        let body = actix_web::body::to_bytes(response.into_body()).await.unwrap();
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(problem["type"], "/problems/internal-error");
        assert!(!String::from_utf8_lossy(&body).contains("panic"));
    }

    #[test]
    fn malformed_percent_encoding_is_rejected() {
        for good in ["", "q=M%C3%BCnster+b", "a=100%25", "/v1/projects/ulm"] {
            assert!(well_formed(good).is_ok(), "{good}");
        }
        for bad in ["%", "q=%z1", "%f", "%00", "%ff", "%c0%af", "%ed%a0%80"] {
            assert!(well_formed(bad).is_err(), "{bad}");
        }
    }
}

//! Outermost middleware: request ID, log line, metrics, and the headers of every response.

use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ResponseHead, ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::HeaderMap;
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tracing::Instrument;
use uuid::Uuid;

use super::connection;
use super::headers::{REQUEST_ID, set_common};
use super::operations::Operations;
use super::rate::Account;
use super::route::CountedRoute;
use crate::base::error::Error;
use crate::base::metrics::{Metrics, Request};

/// ID of the request, as in the log and in `X-Request-Id`.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub String);

/// Middleware: assigns the request ID, logs and counts the request, and sets the headers of every response.
pub(crate) async fn observe(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let (metrics, operations) = (req.app_data::<Data<Metrics>>().cloned(), req.app_data::<Data<Operations>>().cloned());
    let id = request_id(req.headers());
    let method = req.method().clone();
    let route = CountedRoute::default();
    req.extensions_mut().insert(route.clone());
    let span = tracing::info_span!("request", id = %id, method = %method, path = req.path());
    req.extensions_mut().insert(RequestId(id.clone()));
    let ends = connection::ends(req.request());
    let account = Account::open(&req);
    let answer = Account::charge_unrouted(account.as_ref(), next.call(req).instrument(span.clone()).await);
    let (status, cause) = match &answer {
        Ok(response) => (response.status(), response.response().error().and_then(causes)),
        Err(error) => (error.as_response_error().status_code(), causes(error)),
    };
    let elapsed = started.elapsed();
    if let Some((metrics, operations)) = metrics.zip(operations) {
        let route = route.pattern().unwrap_or("unknown");
        metrics.record(&counted(
            &operations,
            Request { method: method.as_str(), route, status: status.as_str(), elapsed },
        ));
    }
    span.in_scope(|| log(status.as_u16(), elapsed, cause));
    match answer {
        Ok(response) => {
            let mut response = response.map_into_boxed_body();
            finish(response.response_mut().head_mut(), &id, ends, account.as_ref());
            Ok(response)
        }
        // An error has no request, so no service response can be built. The headers are set on the response of the
        // error itself.
        Err(error) => {
            let mut response = error.error_response();
            finish(response.head_mut(), &id, ends, account.as_ref());
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// Returns the request as the metrics count it. Metrics are public, so private operations are counted together, without
/// method, route and status.
fn counted<'r>(operations: &Operations, request: Request<'r>) -> Request<'r> {
    if operations.is_private(request.route) {
        Request { method: "other", route: "private", status: "any", ..request }
    } else {
        request
    }
}

/// Log lines with the cause of a temporary failure. An outage of the database fails many requests for the same reason.
static TEMPORARY_FAILURES: LazyLock<DefaultDirectRateLimiter> = LazyLock::new(|| {
    const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(3);
    RateLimiter::direct(Quota::per_minute(AT_ONCE))
});

/// Writes the log line of a request, with the cause of an internal error. The causes of temporary failures are written for some
/// requests only.
fn log(status: u16, elapsed: Duration, cause: Option<String>) {
    let milliseconds = elapsed.as_secs_f64() * 1e3;
    let is_written = || status != StatusCode::SERVICE_UNAVAILABLE || TEMPORARY_FAILURES.check().is_ok();
    if let Some(cause) = cause.filter(|_| is_written()) {
        tracing::error!(status, milliseconds, %cause, "request failed");
    } else {
        tracing::info!(status, milliseconds, "request completed");
    }
}

/// Returns the request ID that the client sent, if it is safe to log, or a new one.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
    let fit = |id: &&str| {
        (8..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    given.filter(fit).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn causes(error: &actix_web::Error) -> Option<String> {
    error.as_error::<Error>().and_then(Error::causes)
}

/// Sets the headers of every response. `ends` is whether the connection is closed after it.
fn finish(head: &mut ResponseHead, id: &str, ends: bool, account: Option<&Account>) {
    if ends {
        head.set_connection_type(ConnectionType::Close);
    }
    let headers = head.headers_mut();
    if let Some(account) = account {
        account.write(headers);
    }
    set_common(headers, id);
}

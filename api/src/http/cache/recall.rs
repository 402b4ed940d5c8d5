//! Middleware that serves stored responses before routing.

use std::sync::Arc;

use actix_web::HttpMessage;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderName, HeaderValue, TRANSFER_ENCODING,
};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::{ResponseCache, ResponseKey};
use crate::base::db::context::Context;
use crate::http::lifecycle::DEPRECATION;
use crate::http::route::Route;
use crate::http::tag::ConditionalRequest;

/// What a request as received stands for. Does not depend on the content of the directory.
#[derive(Clone)]
pub(super) struct KnownRequest {
    /// Part of the response key.
    representation: Arc<str>,
    /// Path pattern for the metrics.
    route: Arc<str>,
}

/// Extension of a request whose response is stored: its part of the response key.
pub(super) struct StoredAs(pub Arc<str>);

/// Middleware: serves a request whose response is stored, without the middleware and the routing that would find it. Other
/// requests get their route.
///
/// A request with a token or a body is not served here, because both have to be checked. A request that equals a known one
/// needs no check of its URL.
pub(crate) async fn serve_cached(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (context, cache) = (req.app_data::<Data<Context>>(), req.app_data::<Data<ResponseCache>>());
    let found = context.zip(cache).zip(as_received(&req));
    let Some(((context, cache), request)) = found else {
        Route::find(&req);
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    if let Some(KnownRequest { representation, route }) = cache.known.get(&request).await {
        let response = if context.version.is_away() {
            cache.stale(&representation, &ConditionalRequest::of(req.headers())).await
        } else {
            let stored = cache.responses.get(&ResponseKey::new(context.version.version(), representation)).await;
            cache.counters.hits.inc_by(u64::from(stored.is_some()));
            stored.map(|stored| stored.send(&ConditionalRequest::of(req.headers())))
        };
        if let Some(response) = response {
            Route::set(&req, route);
            return Ok(req.into_response(response));
        }
    }
    let cache = cache.clone();
    Route::find(&req);
    let response = next.call(req).await?.map_into_boxed_body();
    let stored = response.request().extensions_mut().remove::<StoredAs>();
    // The headers of a deprecated operation are added to the stored response.
    if let Some((StoredAs(representation), route)) = stored.zip(Route::counted(response.request()))
        && !response.headers().contains_key(DEPRECATION)
    {
        cache.known.insert(request, KnownRequest { representation, route }).await;
    }
    Ok(response)
}

/// Returns the method-independent part of a read as received: the URL and `Accept`. Returns `None` for other requests, and for
/// reads with a token or a body.
fn as_received(req: &ServiceRequest) -> Option<String> {
    const CHECKED: [HeaderName; 4] = [AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING];
    let headers = req.headers();
    if !matches!(*req.method(), Method::GET | Method::HEAD) || CHECKED.iter().any(|name| headers.contains_key(name)) {
        return None;
    }
    let mut accepted = headers.get_all(ACCEPT).map(HeaderValue::to_str);
    let (accept, more) = (accepted.next().transpose().ok()?, accepted.next());
    let target = req.uri().path_and_query()?.as_str();
    let request = match accept {
        Some(accept) => [target, accept].join("\n"),
        None => target.to_owned(),
    };
    more.is_none().then_some(request)
}

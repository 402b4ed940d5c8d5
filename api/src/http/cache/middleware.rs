//! Middleware that stores responses.

use std::cell::RefCell;
use std::sync::Arc;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::recall::StoredAs;
use super::stored::Stored;
use super::uncached::uncached;
use super::{ResponseCache, ResponseKey, representation};
use crate::auth::Caller;
use crate::base::db::context::Context;
use crate::base::db::version::Version;
use crate::base::error::Error;
use crate::http::operations::Operations;
use crate::http::reply::Sharing;
use crate::http::tag::ConditionalRequest;

/// Middleware: stores responses to GET, adds entity tags, and responds with 304 where the client's copy is current.
pub(crate) async fn cache_responses(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (context, cache) = (req.app_data::<Data<Context>>().cloned(), req.app_data::<Data<ResponseCache>>().cloned());
    let Some((context, cache)) = context.zip(cache).filter(|_| req.method() == Method::GET) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    if req.extensions().contains::<Caller>() && !Operations::is_free(req.request()) {
        // A client with a token may have written to another instance.
        context.version.catch_up(&context.db).await;
    }
    let (wanted, version) = (ConditionalRequest::of(req.headers()), context.version.version());
    if Operations::is_long_poll(req.request()) || Operations::is_guarded(req.request()) {
        let response = next.call(req).await?.map_into_boxed_body();
        return Ok(uncached(response, &wanted, version).await);
    }
    let representation = representation(&req);
    if context.version.is_away()
        && let Some(response) = cache.stale(&representation, &wanted).await
    {
        return Ok(req.into_response(response));
    }
    let key = ResponseKey::new(version, representation.clone());
    match cache.stored_or_other(key, version, req, next).await? {
        Fetched::Stored(request, stored) => {
            request.extensions_mut().insert(StoredAs(representation));
            Ok(ServiceResponse::new(request, stored.send(&wanted)))
        }
        Fetched::Other(response) => {
            Ok(cache.or_stale(uncached(response, &wanted, version).await, &representation, &wanted).await)
        }
    }
}

/// A stored response with its request, or another response.
enum Fetched {
    Stored(HttpRequest, Arc<Stored>),
    Other(ServiceResponse<BoxBody>),
}

impl ResponseCache {
    /// Returns the stored response to a request, or calls the handler. Concurrent requests for the same response wait for the first
    /// of them.
    async fn stored_or_other(
        &self,
        key: ResponseKey,
        version: Version,
        req: ServiceRequest,
        next: Next<impl MessageBody + 'static>,
    ) -> Result<Fetched, actix_web::Error> {
        let (work, outcome) = (RefCell::new(Some((req, next))), RefCell::new(None));
        let made = self.responses.try_get_with(key.clone(), async {
            let Some((req, next)) = work.take() else { return Err(()) };
            let (made, stored) = match next.call(req).await {
                Ok(response) => store_if_public(response.map_into_boxed_body(), version).await,
                Err(error) => (HandlerResult::Failed(error), None),
            };
            outcome.replace(Some(made));
            self.counters.misses.inc_by(u64::from(stored.is_some()));
            stored.map(Arc::new).ok_or(())
        });
        match (made.await, work.take(), outcome.take()) {
            (Ok(stored), None, Some(HandlerResult::Stored(request))) => {
                self.replace_newest(key).await;
                Ok(Fetched::Stored(request, stored))
            }
            (_, None, Some(HandlerResult::Other(response))) => Ok(Fetched::Other(response)),
            (_, None, Some(HandlerResult::Failed(error))) => Err(error),
            (Ok(stored), Some((req, _)), _) => {
                self.counters.hits.inc();
                Ok(Fetched::Stored(req.into_parts().0, stored))
            }
            // The response to the first request is not stored, so each waiting request calls the handler itself.
            (Err(_), Some((req, next)), _) => Ok(Fetched::Other(next.call(req).await?.map_into_boxed_body())),
            _ => Err(Error::internal(anyhow::anyhow!("the response cache lost a request")).into()),
        }
    }

    /// Returns the newest stored response instead of 503, if there is one.
    async fn or_stale(
        &self,
        response: ServiceResponse<BoxBody>,
        representation: &Arc<str>,
        wanted: &ConditionalRequest,
    ) -> ServiceResponse<BoxBody> {
        if response.status() != StatusCode::SERVICE_UNAVAILABLE {
            return response;
        }
        match self.stale(representation, wanted).await {
            Some(stale) => response.into_response(stale),
            None => response,
        }
    }
}

/// The result of a handler: a response that is stored in the cache, another response, or an error.
enum HandlerResult {
    Stored(HttpRequest),
    Other(ServiceResponse<BoxBody>),
    Failed(actix_web::Error),
}

/// Reads a response to store it, if it is the same for every caller.
async fn store_if_public(response: ServiceResponse<BoxBody>, version: Version) -> (HandlerResult, Option<Stored>) {
    let is_public = matches!(response.response().extensions().get::<Sharing>(), Some(Sharing::Public));
    let is_fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    if response.status() != StatusCode::OK || !is_fixed || !is_public {
        return (HandlerResult::Other(response), None);
    }
    match Stored::read(response, version).await {
        Ok((request, stored)) => (HandlerResult::Stored(request), Some(stored)),
        Err(failed) => (HandlerResult::Other(failed), None),
    }
}

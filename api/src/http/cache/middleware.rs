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
use crate::base::db::context::Context;
use crate::base::db::version::Version;
use crate::base::error::Error;
use crate::http::operations::Operations;
use crate::http::reply::Sharing;
use crate::http::tag::Wanted;

/// Middleware: stores responses to GET, adds entity tags, and responds with 304 where the client's copy is current.
pub(crate) async fn cache_responses(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (context, cache) = (req.app_data::<Data<Context>>().cloned(), req.app_data::<Data<ResponseCache>>().cloned());
    let Some((context, cache)) = context.zip(cache).filter(|_| req.method() == Method::GET) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let (wanted, version) = (Wanted::of(req.headers()), context.version.version());
    if Operations::is_long_poll(req.request()) || Operations::is_guarded(req.request()) {
        let response = next.call(req).await?.map_into_boxed_body();
        return Ok(uncached(response, &wanted, version).await);
    }
    let representation = representation(&req);
    let (work, outcome) = (RefCell::new(Some((req, next))), RefCell::new(None));
    // Concurrent requests for the same response wait for the first of them.
    let made = cache.responses.try_get_with(ResponseKey::new(version, representation.clone()), async {
        let Some((req, next)) = work.take() else { return Err(()) };
        let (made, stored) = match next.call(req).await {
            Ok(response) => store_if_public(response.map_into_boxed_body(), version).await,
            Err(error) => (Made::Failed(error), None),
        };
        outcome.replace(Some(made));
        cache.counters.misses.inc_by(u64::from(stored.is_some()));
        stored.map(Arc::new).ok_or(())
    });
    let stored = made.await;
    let request = match (work.take(), outcome.take()) {
        (None, Some(Made::Stored(request))) => request,
        (None, Some(Made::Other(response))) => return Ok(uncached(response, &wanted, version).await),
        (None, Some(Made::Failed(error))) => return Err(error),
        (Some((req, _)), _) if stored.is_ok() => {
            cache.counters.hits.inc();
            req.into_parts().0
        }
        // The response to the first request is not stored, so each waiting request calls the handler itself.
        (Some((req, next)), _) => {
            return Ok(uncached(next.call(req).await?.map_into_boxed_body(), &wanted, version).await);
        }
        (None, None) => return Err(lost()),
    };
    let stored = stored.map_err(|_| lost())?;
    request.extensions_mut().insert(StoredAs(representation));
    Ok(ServiceResponse::new(request, stored.send(&wanted)))
}

fn lost() -> actix_web::Error {
    Error::internal(anyhow::anyhow!("the response cache lost a request")).into()
}

/// The result of a handler: a response that is stored in the cache, another response, or an error.
enum Made {
    Stored(HttpRequest),
    Other(ServiceResponse<BoxBody>),
    Failed(actix_web::Error),
}

/// Reads a response to store it, if it is the same for every caller.
async fn store_if_public(response: ServiceResponse<BoxBody>, version: Version) -> (Made, Option<Stored>) {
    let is_public = matches!(response.response().extensions().get::<Sharing>(), Some(Sharing::Public));
    let is_fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    if response.status() != StatusCode::OK || !is_fixed || !is_public {
        return (Made::Other(response), None);
    }
    match Stored::read(response, version).await {
        Ok((request, stored)) => (Made::Stored(request), Some(stored)),
        Err(failed) => (Made::Other(failed), None),
    }
}

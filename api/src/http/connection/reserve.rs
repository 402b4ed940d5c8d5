//! The connections that are reserved for health checks and for clients with tokens, when all others are open.

use actix_web::HttpMessage;
use actix_web::HttpRequest;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::Registration;
use crate::auth::Caller;
use crate::base::error::Error;
use crate::http::operations::Operations;

/// Returns the number of connections, of the largest number of them, from which on the others are reserved.
pub(super) fn unreserved(most: usize) -> usize {
    most - (most / 10).min(100)
}

/// Middleware: refuses a request on a reserved connection, unless it has a token or is one of operators.
pub(crate) async fn keep_reserve(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let may_use = |req: &HttpRequest| Operations::is_free(req) || req.extensions().contains::<Caller>();
    if is_reserved(req.request()) && !may_use(req.request()) {
        return Err(Error::TooManyConnections.into());
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

fn is_reserved(req: &HttpRequest) -> bool {
    req.conn_data::<Registration>().is_some_and(|registration| registration.is_reserved)
}

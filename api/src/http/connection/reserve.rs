//! The connections that are reserved for health checks and for clients with tokens, when all others are open.

use actix_web::HttpMessage;
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
    if let Some(connection) = req.request().conn_data::<Registration>().filter(|connection| connection.is_needed()) {
        let has_token = req.extensions().contains::<Caller>() && !Operations::is_long_poll(req.request());
        if !has_token && !Operations::is_free(req.request()) {
            return Err(Error::TooManyConnections.into());
        }
        connection.deadlines.lengthen();
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

impl Registration {
    /// Returns whether the connection belongs to the reserve, and the others are still open.
    fn is_needed(&self) -> bool {
        self.is_reserved && self.open.connections().len() > self.open.unreserved
    }
}

//! Language of texts in responses.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::ACCEPT_LANGUAGE;
use actix_web::middleware::Next;

use crate::base::language::Language;

/// Middleware: sets the language of the texts in the response to the one that the client prefers.
pub(crate) async fn negotiate_language(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let accepted = req.headers().get(ACCEPT_LANGUAGE).cloned();
    Language::scope(accepted, next.call(req)).await
}

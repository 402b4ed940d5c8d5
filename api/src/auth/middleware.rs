//! A bearer token becomes a caller.

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::token::Refusal;
use crate::State;
use crate::error::Result;

/// Middleware: learns who asks, if a token says so. One that does not hold is refused even where none is needed: whoever
/// sends it should know. A service without keys looks at none.
pub(crate) async fn authenticate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let state = req.app_data::<Data<State>>().cloned();
    if let Some(state) = state.filter(|state| !state.auth.is_read_only())
        && let Some(token) = bearer(req.headers())?
    {
        let caller = state.auth.verify(state.db.connection(), token).await?;
        req.extensions_mut().insert(caller);
    }
    next.call(req).await
}

/// The token of a request, if it has one.
fn bearer(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut sent = headers.get_all(AUTHORIZATION);
    let Some(header) = sent.next() else { return Ok(None) };
    let text = header.to_str().ok().filter(|_| sent.next().is_none()).ok_or(Refusal::Form)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        _ => Err(Refusal::Form.into()),
    }
}

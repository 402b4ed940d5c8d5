//! Authentication by bearer token.

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap};
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::authority::Auth;
use crate::base::db::context::Context;
use crate::base::error::{Result, TokenError};

/// Middleware: authenticates the caller, if the request has a token. An invalid token is refused even if the operation
/// requires none. A service without keys ignores tokens.
///
/// Credentials of another scheme are ignored on reads, because a browser may send them to a proxy in front of the
/// service. They are refused on writes.
pub(crate) async fn authenticate(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let (auth, context) = (req.app_data::<Data<Auth>>().cloned(), req.app_data::<Data<Context>>().cloned());
    if let Some((auth, context)) = auth.zip(context).filter(|(auth, _)| !auth.is_read_only())
        && let Some(token) = bearer(req.headers(), req.method().is_safe())?
    {
        let caller = auth.verify(&context.db.connection(), token).await?;
        req.extensions_mut().insert(caller);
    }
    next.call(req).await
}

/// Returns the token of a request, if it has one. Credentials of other schemes are ignored if `lenient`, and otherwise
/// refused.
fn bearer(headers: &HeaderMap, lenient: bool) -> Result<Option<&str>> {
    let is_bearer = |text: &str| text.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer"));
    let sent = headers.get_all(AUTHORIZATION).map(|header| header.to_str().ok().map(str::trim));
    let sent: Vec<_> = sent.filter(|text| !lenient || text.is_some_and(is_bearer)).collect();
    match *sent {
        [] => Ok(None),
        [Some(text)] if !is_bearer(text) => Err(TokenError::Scheme.into()),
        [Some(text)] => text.split_once(' ').map(|(_, token)| Some(token.trim())).ok_or(TokenError::Form.into()),
        _ => Err(TokenError::Form.into()),
    }
}

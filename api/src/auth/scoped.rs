//! Extractors for authenticated callers.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use super::authority::Auth;
use super::caller::Caller;
use super::scope::Scope;
use crate::base::error::{Error, Result};

/// Extracts a caller with any scopes. Fails with `Error::Unauthenticated` if the request has no token, and with
/// `Error::ReadOnly` if the service has no keys.
pub(crate) struct AnyCaller(pub Caller);

impl FromRequest for AnyCaller {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(known_caller(req).map(Self))
    }
}

fn known_caller(req: &HttpRequest) -> Result<Caller> {
    let read_only = req.app_data::<Data<Auth>>().is_some_and(|auth| auth.is_read_only());
    Caller::of(req).ok_or(if read_only { Error::ReadOnly } else { Error::Unauthenticated })
}

/// A condition on the rights of a caller.
pub(crate) trait Access: 'static {
    /// Fails unless the caller has the access. For a scope, the error is `Error::Forbidden`.
    fn check(caller: &Caller) -> Result<()>;
}

impl<S: Scope> Access for S {
    fn check(caller: &Caller) -> Result<()> {
        if caller.may(S::NAME) { Ok(()) } else { Err(Error::Forbidden(S::NAME)) }
    }
}

/// Extracts a caller who has the access `A`. Fails like `AnyCaller`, or with the error of `Access::check`.
///
/// Extraction is synchronous: the framework polls all extractors together, and this one has to fail before a body is
/// read.
pub(crate) struct Scoped<A>(Caller, PhantomData<A>);

impl<A> Scoped<A> {
    /// Returns the caller.
    pub(crate) fn caller(self) -> Caller {
        self.0
    }
}

impl<A> Deref for Scoped<A> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<A: Access> FromRequest for Scoped<A> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(known_caller(req).and_then(|caller| A::check(&caller).map(|()| Self(caller, PhantomData))))
    }
}

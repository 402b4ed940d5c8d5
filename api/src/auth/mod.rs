//! Who asks, and what they may do.

mod issued;
mod issuer;
mod keys;
mod mapping;
mod middleware;
mod scope;
mod settings;
mod token;

use std::collections::BTreeSet;
use std::fmt;
use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use uuid::Uuid;

use crate::base::error::{Error, Result};

pub(crate) use self::issued::{Issued, Used};
pub use self::keys::Keys;
pub(crate) use self::keys::{Rotated, rotate};
pub(crate) use self::middleware::authenticate;
pub(crate) use self::scope::*;
pub use self::settings::{KeySettings, Trust};
pub(crate) use self::token::{Rights, is_subject, sign};

/// Finds the municipalities that the claims of another issuer name, by official key, slug or id. It is handed in, because
/// this module looks no entries up.
pub(crate) type ResolveMunicipalities =
    Arc<dyn Fn(BTreeSet<String>) -> LocalBoxFuture<'static, Result<BTreeSet<Uuid>>> + Send + Sync>;

/// What is needed to know who asks.
pub(crate) struct Auth {
    pub keys: Keys,
    pub issued: Issued,
    pub used: Used,
    trusted: Option<issuer::Trusted>,
    resolve: ResolveMunicipalities,
}

impl Auth {
    pub(crate) async fn open(
        keys: Keys,
        trust: &Trust,
        issued: Issued,
        resolve: ResolveMunicipalities,
    ) -> anyhow::Result<Self> {
        let trusted = issuer::Trusted::open(trust).await?;
        Ok(Self { keys, issued, used: Used::default(), trusted, resolve })
    }

    /// Whether a subject is one of the trusted issuer, whose tokens are not kept here.
    pub(crate) fn is_foreign(&self, subject: &str) -> bool {
        self.trusted.as_ref().is_some_and(|trusted| trusted.issued(subject))
    }

    /// Is there nothing to check a token with?
    pub(crate) fn is_read_only(&self) -> bool {
        self.keys.are_none() && self.trusted.is_none()
    }
}

/// A municipality that is responsible for an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Responsible {
    pub id: Uuid,
    /// Its official key, or its slug where there is none.
    pub name: String,
}

impl fmt::Display for Responsible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// Who asks, as a token that holds says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Whom the token was issued to; of another issuer, followed by its address.
    pub subject: String,
    /// Id of the token, if we issued it.
    pub token: Option<Uuid>,
    pub scopes: BTreeSet<String>,
    /// Ids of the municipalities it acts for; without them it acts for all.
    pub municipalities: Option<BTreeSet<Uuid>>,
    /// When the token ends, in seconds since 1970.
    pub expires: i64,
}

impl Caller {
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Acts for all municipalities that something is the affair of. What is nobody's affair, only those may touch who are
    /// bound to none.
    pub(crate) fn acts_for(&self, responsible: &[Responsible]) -> Result<()> {
        let Some(own) = &self.municipalities else { return Ok(()) };
        if !responsible.is_empty() && responsible.iter().all(|one| own.contains(&one.id)) {
            return Ok(());
        }
        let others = responsible.iter().filter(|one| !own.contains(&one.id));
        Err(Error::Elsewhere(others.map(ToString::to_string).collect()))
    }

    /// May it see who changed what?
    pub(crate) fn audits(&self) -> bool {
        self.may(AuditRead::NAME) && self.municipalities.is_none()
    }

    /// Acts for somebody: a token that is bound to no municipality at all may have nothing of its own.
    pub(crate) fn acts_for_any(&self) -> Result<()> {
        if self.municipalities.as_ref().is_some_and(BTreeSet::is_empty) {
            Err(Error::Elsewhere(vec![]))
        } else {
            Ok(())
        }
    }

    /// Acts for all municipalities.
    pub(crate) fn is_unbound(&self) -> Result<()> {
        if self.municipalities.is_none() { Ok(()) } else { Err(Error::Elsewhere(vec![])) }
    }

    /// Who a request comes from, if a token says so.
    pub(crate) fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }
}

/// The caller, whatever it may.
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

/// The caller, if the token carries the scope `S`.
///
/// Synchronous on purpose: the framework polls all extractors together, and this one has to fail before a body is read.
pub(crate) struct Scoped<S>(Caller, PhantomData<S>);

impl<S> Scoped<S> {
    pub(crate) fn caller(self) -> Caller {
        self.0
    }
}

impl<S> Deref for Scoped<S> {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.0
    }
}

impl<S: Scope> FromRequest for Scoped<S> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(known_caller(req).and_then(|caller| {
            if caller.may(S::NAME) { Ok(Self(caller, PhantomData)) } else { Err(Error::Forbidden(S::NAME)) }
        }))
    }
}

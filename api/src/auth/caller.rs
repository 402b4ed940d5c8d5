//! The authenticated caller and its rights.

use std::collections::BTreeSet;
use std::fmt;

use actix_web::{HttpMessage, HttpRequest};
use uuid::Uuid;

use super::scope::{AuditRead, Scope};
use crate::base::error::{Error, Result};

/// A municipality that is responsible for an entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Responsible {
    /// ID of the municipality.
    pub id: Uuid,
    /// Official key, or the slug if the municipality has none.
    pub name: String,
}

impl fmt::Display for Responsible {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// The caller of a request, as described by a valid token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    /// Subject of the token. That of a trusted issuer is followed by the issuer in parentheses.
    pub subject: String,
    /// ID of the token. `None` for tokens of a trusted issuer.
    pub token: Option<Uuid>,
    /// Scopes of the token, such as `solutions:write`.
    pub scopes: BTreeSet<String>,
    /// IDs of the municipalities that the caller acts for. `None` stands for all municipalities.
    pub municipalities: Option<BTreeSet<Uuid>>,
    /// Expiry time of the token, in seconds since 1970.
    pub expires: i64,
}

impl Caller {
    /// Returns whether the token has a scope.
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Fails with `Error::OutsideMunicipality` unless the caller acts for all of the responsible municipalities. If no
    /// municipality is responsible, the caller must act for all municipalities.
    pub(crate) fn acts_for(&self, responsible: &[Responsible]) -> Result<()> {
        let Some(own) = &self.municipalities else { return Ok(()) };
        if !responsible.is_empty() && responsible.iter().all(|one| own.contains(&one.id)) {
            return Ok(());
        }
        let others = responsible.iter().filter(|one| !own.contains(&one.id));
        Err(Error::OutsideMunicipality(others.map(ToString::to_string).collect()))
    }

    /// Returns whether the caller may read the authors of changes.
    pub(crate) fn audits(&self) -> bool {
        self.may(AuditRead::NAME) && self.municipalities.is_none()
    }

    /// Fails with `Error::OutsideMunicipality` if the token is bound to an empty list of municipalities.
    pub(crate) fn acts_for_any(&self) -> Result<()> {
        if self.municipalities.as_ref().is_some_and(BTreeSet::is_empty) {
            Err(Error::OutsideMunicipality(vec![]))
        } else {
            Ok(())
        }
    }

    /// Fails with `Error::Bound` unless the caller acts for all municipalities.
    pub(crate) fn is_unbound(&self) -> Result<()> {
        if self.municipalities.is_none() { Ok(()) } else { Err(Error::Bound) }
    }

    /// Returns the caller of a request. Returns `None` if the request has no token.
    pub(crate) fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }
}

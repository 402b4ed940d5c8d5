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
    pub id: Uuid,
    /// Official key, or slug where there is none.
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
    pub scopes: BTreeSet<String>,
    /// IDs of the municipalities that the caller acts for. `None` stands for all municipalities.
    pub municipalities: Option<BTreeSet<Uuid>>,
    /// Expiry time of the token, in seconds since 1970.
    pub expires: i64,
}

impl Caller {
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
    }

    /// Refuses a caller who does not act for all of the responsible municipalities. Where no municipality is
    /// responsible, only callers who act for all municipalities are accepted.
    pub(crate) fn acts_for(&self, responsible: &[Responsible]) -> Result<()> {
        let Some(own) = &self.municipalities else { return Ok(()) };
        if !responsible.is_empty() && responsible.iter().all(|one| own.contains(&one.id)) {
            return Ok(());
        }
        let others = responsible.iter().filter(|one| !own.contains(&one.id));
        Err(Error::OutsideMunicipality(others.map(ToString::to_string).collect()))
    }

    /// Whether the caller may read who made a change.
    pub(crate) fn audits(&self) -> bool {
        self.may(AuditRead::NAME) && self.municipalities.is_none()
    }

    /// Refuses a caller whose token is bound to an empty list of municipalities.
    pub(crate) fn acts_for_any(&self) -> Result<()> {
        if self.municipalities.as_ref().is_some_and(BTreeSet::is_empty) {
            Err(Error::OutsideMunicipality(vec![]))
        } else {
            Ok(())
        }
    }

    /// Refuses a caller who does not act for all municipalities.
    pub(crate) fn is_unbound(&self) -> Result<()> {
        if self.municipalities.is_none() { Ok(()) } else { Err(Error::Bound) }
    }

    /// Returns the caller of a request, if it has a token.
    pub(crate) fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }
}

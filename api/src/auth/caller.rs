//! Who asks.

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
        Err(Error::OutsideMunicipality(others.map(ToString::to_string).collect()))
    }

    /// May it see who changed what?
    pub(crate) fn audits(&self) -> bool {
        self.may(AuditRead::NAME) && self.municipalities.is_none()
    }

    /// Acts for somebody: a token that is bound to no municipality at all may have nothing of its own.
    pub(crate) fn acts_for_any(&self) -> Result<()> {
        if self.municipalities.as_ref().is_some_and(BTreeSet::is_empty) {
            Err(Error::OutsideMunicipality(vec![]))
        } else {
            Ok(())
        }
    }

    /// Acts for all municipalities.
    pub(crate) fn is_unbound(&self) -> Result<()> {
        if self.municipalities.is_none() { Ok(()) } else { Err(Error::OutsideMunicipality(vec![])) }
    }

    /// Who a request comes from, if a token says so.
    pub(crate) fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }
}

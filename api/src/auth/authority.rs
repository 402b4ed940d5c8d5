//! Verification of tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::LocalBoxFuture;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::caller::Caller;
use super::issued::{Issued, Used};
use super::issuer::Trusted;
use super::keys::Keys;
use super::scope::find_scope;
use super::settings::Trust;
use super::token::{Claims, IssuerClaims, TokenHeader, own};
use crate::base::error::{Result, TokenError};
use crate::base::tasks::Tasks;

/// Resolves the municipalities in the claims of a trusted issuer, given by official key, slug or ID. Injected, because
/// this module does not depend on the queries.
pub(crate) type ResolveMunicipalities =
    Arc<dyn Fn(BTreeSet<String>) -> LocalBoxFuture<'static, Result<BTreeSet<Uuid>>> + Send + Sync>;

/// Keys and token states for the verification of tokens.
pub(crate) struct Auth {
    /// Signing keys of this service.
    pub keys: Keys,
    /// States of the tokens that this service issued.
    pub issued: Issued,
    /// Times of last use that are not stored yet.
    pub used: Used,
    trusted: Option<Trusted>,
    resolve: ResolveMunicipalities,
}

impl Auth {
    /// Opens the trusted issuer, if the settings name one. Fails if its settings or its file of keys are invalid.
    pub(crate) async fn open(
        keys: Keys,
        trust: &Trust,
        issued: Issued,
        resolve: ResolveMunicipalities,
        tasks: Tasks,
    ) -> anyhow::Result<Self> {
        let trusted = Trusted::open(trust, tasks).await?;
        Ok(Self { keys, issued, used: Used::default(), trusted, resolve })
    }

    /// Returns whether a subject belongs to the trusted issuer, whose tokens are not stored in the database.
    pub(crate) fn is_foreign(&self, subject: &str) -> bool {
        self.trusted.as_ref().is_some_and(|trusted| trusted.issued(subject))
    }

    /// Returns whether the service has no keys to verify tokens with, so that it accepts no writes.
    pub(crate) fn is_read_only(&self) -> bool {
        self.keys.are_none() && self.trusted.is_none()
    }
}

impl Auth {
    /// Verifies a token and returns its caller. Fails with a `TokenError`, or with `Error::Unavailable` if the state of the
    /// token cannot be read from the database.
    pub(crate) async fn verify(&self, db: &impl ConnectionTrait, token: &str) -> Result<Caller> {
        let head = TokenHeader::read(token)?;
        let keys = self.keys.all();
        if let Some(key) = keys.iter().find(|key| key.id == head.kid) {
            let Claims { sub: subject, jti, exp: expires, scope, municipalities: claimed, .. } =
                own(token, &head, key)?;
            // A token with a municipalities claim never acts for all municipalities, even if its row has none.
            let municipalities = self.issued.check(db, jti).await?.or(claimed.map(|_| BTreeSet::new()));
            self.used.note(jti);
            let scopes = scope.split(' ').filter_map(find_scope).map(str::to_owned).collect();
            return Ok(Caller { subject, token: Some(jti), scopes, municipalities, expires });
        }
        let IssuerClaims { subject, scopes, municipalities, expires } = match &self.trusted {
            Some(trusted) => trusted.verify(token, &head).await?,
            None => return Err(TokenError::Key.into()),
        };
        let municipalities = match municipalities {
            Some(names) => Some((self.resolve)(names).await?),
            None => None,
        };
        Ok(Caller { subject, token: None, scopes, municipalities, expires })
    }
}

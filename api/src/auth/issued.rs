//! In-memory state of issued tokens: revocation and last use.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use uuid::Uuid;

use crate::base::clock;
use crate::base::db::{Database, in_time, sql};
use crate::base::error::{Result, TokenError};

/// Cached states of issued tokens that have not expired. Clones share them. A token without a row in the database is
/// refused, even if its signature is valid.
#[derive(Clone, Default)]
pub(crate) struct Issued(Arc<RwLock<HashMap<Uuid, TokenState>>>);

/// Cached state of a token.
#[derive(Clone)]
struct TokenState {
    /// Whether the token is not revoked.
    holds: bool,
    /// IDs of the municipalities that the token acts for. `None` stands for all municipalities.
    municipalities: Option<BTreeSet<Uuid>>,
}

impl TokenState {
    fn read(row: &QueryResult) -> Result<Self> {
        let municipalities: Option<Vec<Uuid>> = row.try_get("", "municipality_ids")?;
        Ok(Self { holds: row.try_get("", "holds")?, municipalities: municipalities.map(BTreeSet::from_iter) })
    }
}

impl Issued {
    /// Reads the states of the tokens that have not expired from the database.
    pub(crate) async fn open(db: &impl ConnectionTrait) -> Result<Self> {
        let issued = Self::default();
        issued.read(db).await?;
        Ok(issued)
    }

    /// Returns the municipalities that an issued token acts for. `None` stands for all municipalities. Fails with
    /// `TokenError::Unknown` or `TokenError::Revoked`. A token that is not cached, because another instance has just
    /// issued it, is read from the database.
    ///
    /// The municipalities come from the row, not from the claim: the claim has IDs in new tokens, and official keys in
    /// old ones.
    pub(crate) async fn check(&self, db: &impl ConnectionTrait, token: Uuid) -> Result<Option<BTreeSet<Uuid>>> {
        const ONE: &str = "select id, revoked_at is null as holds, municipality_ids from token where id = $1";
        let known = || self.0.read().unwrap_or_else(PoisonError::into_inner).get(&token).cloned();
        if known().is_none() {
            let one = sql(ONE, [token.into()]);
            let found = in_time(async { Ok(db.query_one_raw(one).await?) }).await?.ok_or(TokenError::Unknown)?;
            self.learn(token, TokenState::read(&found)?);
        }
        match known() {
            Some(TokenState { holds: true, municipalities }) => Ok(municipalities),
            _ => Err(TokenError::Revoked.into()),
        }
    }

    /// Revokes a token on this instance immediately. Other instances follow when they read the states again.
    pub(crate) fn revoke(&self, token: Uuid) {
        // A revoked token acts for no municipality.
        self.learn(token, TokenState { holds: false, municipalities: Some(BTreeSet::new()) });
    }

    /// Reads the states again, because other instances may have issued or revoked tokens.
    pub(crate) async fn read(&self, db: &impl ConnectionTrait) -> Result<()> {
        const ALL: &str = "select id, revoked_at is null as holds, municipality_ids from token where expires_at > now() - interval '1 hour'";
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, ALL)).await?;
        for row in rows {
            self.learn(row.try_get("", "id")?, TokenState::read(&row)?);
        }
        Ok(())
    }

    /// Caches the state of a token. A revoked token stays revoked, even if an older state is read later.
    fn learn(&self, token: Uuid, learnt: TokenState) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let holds = learnt.holds;
        known.entry(token).or_insert(learnt).holds &= holds;
    }
}

/// Time of the last use of each token, until it is stored in the database. Clones share the times.
#[derive(Clone, Default)]
pub(crate) struct Used(Arc<Mutex<HashMap<Uuid, DateTime<Utc>>>>);

/// Interval at which the times of last use are stored in the database.
const PAUSE: Duration = Duration::from_secs(15);

impl Used {
    /// Records that a token is used now.
    pub(crate) fn note(&self, token: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, clock::now());
    }

    /// Returns the last use of a token, if it is not stored yet.
    pub(crate) fn recent(&self, token: Uuid) -> Option<DateTime<Utc>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&token).copied()
    }

    /// Stores the times of last use every 15 seconds, until the process ends.
    pub(crate) async fn keep(self, database: Database) {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.write(&database).await {
                tracing::warn!(cause = %error.chain(), "the last use of tokens could not be stored; it is retried");
            }
        }
    }

    /// Stores the times of last use. Keeps them for the next attempt if that fails.
    pub(crate) async fn write(&self, database: &Database) -> Result<()> {
        const RECORD: &str = "insert into token_use (token_id, last_used_at) \
            select u.token_id, u.at from unnest($1::uuid[], $2::timestamptz[]) as u (token_id, at) join token t on t.id = u.token_id \
                on conflict (token_id) do update set last_used_at = greatest(token_use.last_used_at, excluded.last_used_at)";
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let (tokens, times): (Vec<Uuid>, Vec<DateTime<Utc>>) = noted.iter().unzip();
        let written = database.execute(RECORD, vec![tokens.into(), times.into()]).await;
        if written.is_err() {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (token, at) in noted {
                now.entry(token).or_insert(at);
            }
        }
        written
    }
}

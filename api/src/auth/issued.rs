//! Which tokens we issued and whether they hold, and when each was last used: known without asking at each request.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement};
use uuid::Uuid;

use crate::base::clock;
use crate::base::db::{Database, in_time};
use crate::base::error::{Result, TokenError};

/// The tokens that have not ended; clones share them. A token without a row is none of ours, whoever signed it.
#[derive(Clone, Default)]
pub(crate) struct Issued(Arc<RwLock<HashMap<Uuid, TokenState>>>);

/// What is known of a token without asking.
#[derive(Clone)]
struct TokenState {
    holds: bool,
    /// Ids of the municipalities it acts for; absent where it acts for all.
    municipalities: Option<BTreeSet<Uuid>>,
}

impl TokenState {
    fn read(row: &QueryResult) -> Result<Self> {
        let municipalities: Option<Vec<Uuid>> = row.try_get("", "municipality_ids")?;
        Ok(Self { holds: row.try_get("", "holds")?, municipalities: municipalities.map(BTreeSet::from_iter) })
    }
}

impl Issued {
    pub(crate) async fn open(db: &impl ConnectionTrait) -> Result<Self> {
        let issued = Self::default();
        issued.read(db).await?;
        Ok(issued)
    }

    /// Returns the municipalities that a token of ours acts for, if it holds; nothing, where it acts for all. A token that
    /// was issued by another instance a moment ago is looked up.
    ///
    /// They are those of the row, not of the token's own claim: a token names ids today, and named official keys once.
    pub(crate) async fn check(&self, db: &impl ConnectionTrait, token: Uuid) -> Result<Option<BTreeSet<Uuid>>> {
        const ONE: &str = "select id, revoked_at is null as holds, municipality_ids from token where id = $1";
        let known = || self.0.read().unwrap_or_else(PoisonError::into_inner).get(&token).cloned();
        if known().is_none() {
            let one = Statement::from_sql_and_values(DbBackend::Postgres, ONE, [token.into()]);
            let found = in_time(async { Ok(db.query_one_raw(one).await?) }).await?.ok_or(TokenError::Unknown)?;
            self.learn(token, TokenState::read(&found)?);
        }
        match known() {
            Some(TokenState { holds: true, municipalities }) => Ok(municipalities),
            _ => Err(TokenError::Revoked.into()),
        }
    }

    /// Revocation holds at once where it was asked for.
    pub(crate) fn revoke(&self, token: Uuid) {
        // Nothing is acted for with a token that does not hold.
        self.learn(token, TokenState { holds: false, municipalities: Some(BTreeSet::new()) });
    }

    /// Learns what was issued and revoked elsewhere.
    pub(crate) async fn read(&self, db: &impl ConnectionTrait) -> Result<()> {
        const ALL: &str = "select id, revoked_at is null as holds, municipality_ids from token where expires_at > now() - interval '1 hour'";
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, ALL)).await?;
        for row in rows {
            self.learn(row.try_get("", "id")?, TokenState::read(&row)?);
        }
        Ok(())
    }

    /// What was revoked stays so, whatever was read a moment before.
    fn learn(&self, token: Uuid, learnt: TokenState) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let holds = learnt.holds;
        known.entry(token).or_insert(learnt).holds &= holds;
    }
}

/// When tokens were used since that was last written down; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Used(Arc<Mutex<HashMap<Uuid, DateTime<Utc>>>>);

/// How often it is written down.
const PAUSE: Duration = Duration::from_secs(15);

impl Used {
    pub(crate) fn note(&self, token: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, clock::now());
    }

    /// When tokens were used, as far as it is not written down yet.
    pub(crate) fn recent(&self, token: Uuid) -> Option<DateTime<Utc>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&token).copied()
    }

    /// Writes down what was noted, now and then, for as long as the process lives.
    pub(crate) async fn keep(self, database: Database) {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.write(&database).await {
                tracing::warn!(cause = %error.chain(), "the use of tokens could not be written down; it is tried again");
            }
        }
    }

    /// Writes down what was noted.
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

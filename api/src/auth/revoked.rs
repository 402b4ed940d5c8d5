//! Which tokens hold no more, and when each was last used: known without asking the database at each request.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

use crate::db::Database;
use crate::error::Result;

/// The tokens that were revoked before they ended; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Revoked(Arc<RwLock<HashSet<Uuid>>>);

impl Revoked {
    pub(crate) async fn open(db: &impl ConnectionTrait) -> Result<Self> {
        let revoked = Self::default();
        revoked.read(db).await?;
        Ok(revoked)
    }

    pub(crate) fn includes(&self, token: Uuid) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&token)
    }

    /// Revocation holds at once where it was asked for.
    pub(crate) fn add(&self, token: Uuid) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(token);
    }

    /// Learns what was revoked elsewhere.
    pub(crate) async fn read(&self, db: &impl ConnectionTrait) -> Result<()> {
        const REVOKED: &str =
            "select id from token where revoked_at is not null and expires_at > now() - interval '1 hour'";
        let rows = db.query_all_raw(Statement::from_string(DbBackend::Postgres, REVOKED)).await?;
        let found = rows.iter().map(|row| row.try_get("", "id")).collect::<std::result::Result<HashSet<Uuid>, _>>()?;
        // Nothing is taken back: what was revoked here a moment ago may not stand in what was read.
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(found);
        Ok(())
    }
}

/// When tokens were used since that was last written down; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Used(Arc<Mutex<HashMap<Uuid, DateTime<Utc>>>>);

/// How often it is written down.
const PAUSE: Duration = Duration::from_secs(15);

impl Used {
    pub(crate) fn note(&self, token: Uuid) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(token, Utc::now());
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
                tracing::warn!(cause = %error, "the use of tokens could not be written down; it is tried again");
            }
        }
    }

    /// Writes down what was noted.
    pub(crate) async fn write(&self, database: &Database) -> Result<()> {
        let noted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let (tokens, times): (Vec<Uuid>, Vec<DateTime<Utc>>) = noted.iter().unzip();
        let written = database.note_uses(tokens, times).await;
        if written.is_err() {
            let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (token, at) in noted {
                now.entry(token).or_insert(at);
            }
        }
        written
    }
}

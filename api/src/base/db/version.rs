//! The newest directory version and the state of the database, as known to this process. Each write raises the version.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::watch;
use tokio::time::Instant;

use super::database::{Database, TAKES_WRITES};
use super::statement::sql;
use crate::base::error::Error;

/// A directory version, with the time of its write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// Number of the version.
    pub number: i64,
    /// Time of the write that raised the version.
    pub changed_at: DateTime<Utc>,
}

/// The newest version known to this process, and the state of the database.
#[derive(Clone)]
pub struct DirectoryVersion(Arc<watch::Sender<DirectoryState>>);

#[derive(Clone, Copy)]
struct DirectoryState {
    version: Version,
    /// Whether the database is unavailable.
    away: bool,
    /// Whether the database accepted writes at the last check.
    writable: bool,
    /// Whether the service is stopping.
    stopping: bool,
}

/// A subscription to the next change of the state.
pub(crate) struct VersionSubscription(watch::Receiver<DirectoryState>);

impl VersionSubscription {
    /// Waits until the state changes or a time is reached. Returns whether the state changed.
    pub(crate) async fn until(mut self, time: Instant) -> bool {
        tokio::time::timeout_at(time, self.0.changed()).await.is_ok_and(|heard| heard.is_ok())
    }
}

/// Interval at which the database is polled for changes of other instances.
const POLL: Duration = Duration::from_millis(250);
/// Time limit for reading the version, after which the database counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(2);
/// Time limit for reading the version during a request.
const CATCH_UP: Duration = Duration::from_secs(1);
/// Time limit while the database is unavailable. It is shorter, so that a pending connection attempt is soon replaced.
const RETRY: Duration = Duration::from_millis(750);
/// Time limit behind a pooler, which includes waiting for a session.
const QUEUE: Duration = Duration::from_secs(5);

impl DirectoryVersion {
    /// Reads the current version from the database.
    pub async fn open(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let (version, _) = look(db).await?;
        Ok(Self(Arc::new(watch::Sender::new(DirectoryState { version, away: false, writable: true, stopping: false }))))
    }

    /// Returns the newest version known to this process.
    pub fn version(&self) -> Version {
        self.0.borrow().version
    }

    /// Returns whether the database is unavailable.
    pub fn is_away(&self) -> bool {
        self.0.borrow().away
    }

    /// Returns whether the database accepted writes at the last check.
    pub fn takes_writes(&self) -> bool {
        self.0.borrow().writable
    }

    /// Subscribes to the next change: a new version, a change of availability, or the stop of the service.
    pub(crate) fn subscribe(&self) -> VersionSubscription {
        VersionSubscription(self.0.subscribe())
    }

    /// Returns whether the service is stopping.
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.borrow().stopping
    }

    /// Notifies all subscribers that the service is stopping.
    pub(crate) fn stop(&self) {
        self.0.send_modify(|known| known.stopping = true);
    }

    /// Publishes a committed version. Ignores a version that is older than the known one.
    pub fn reached(&self, version: Version) {
        self.0.send_if_modified(|known| {
            let newer = version.number > known.version.number;
            if newer {
                known.version = version;
            }
            newer
        });
    }

    /// Reads the version from the database, so that a request sees the writes of other instances before it. Keeps the known version
    /// if the database does not respond, and behind a pooler, where the statement may wait for a session.
    pub(crate) async fn catch_up(&self, database: &Database) {
        if database.is_embedded() || database.is_pooled() || self.is_away() {
            return;
        }
        if let Ok(Ok((version, _))) = tokio::time::timeout(CATCH_UP, look(&database.connection())).await {
            self.reached(version);
        }
    }

    /// Polls the database for versions of other instances, until the process ends. Runs `changed` when there is a new
    /// version.
    pub(crate) async fn follow(
        self,
        database: Database,
        changed: impl AsyncFn(&DatabaseConnection) -> Result<(), Error>,
    ) {
        // Versions that this process writes do not count as seen, because another instance may have written in between.
        let mut seen = self.version();
        loop {
            tokio::time::sleep(POLL).await;
            let look = async {
                let (version, writable) = look(database.version()).await?;
                // The revocation of a token raises the directory version, too.
                if version != seen {
                    changed(database.version()).await?;
                }
                Ok::<_, Error>((version, writable))
            };
            let patience = match (database.is_pooled(), self.is_away()) {
                (true, _) => QUEUE,
                (false, true) => RETRY,
                (false, false) => PATIENCE,
            };
            let late = |_| Error::Unavailable(anyhow::anyhow!("the database did not respond within {patience:?}"));
            let found = tokio::time::timeout(patience, look).await.unwrap_or_else(|elapsed| Err(late(elapsed)));
            database.note_answer(found.is_ok()).await;
            if let Ok((version, _)) = &found {
                seen = *version;
                self.reached(*version);
            }
            self.note(found.map(|(_, writable)| writable));
        }
    }

    /// Stores whether the database is available and accepts writes, and logs changes.
    fn note(&self, found: Result<bool, Error>) {
        let before = *self.0.borrow();
        let away = found.is_err();
        let writable = *found.as_ref().unwrap_or(&before.writable);
        self.0.send_if_modified(|known| {
            (known.away, known.writable) = (away, writable);
            // Subscribers are notified when the availability changes, not at every poll.
            before.away != away
        });
        match found {
            Err(error) if !before.away => {
                tracing::warn!(cause = %error.chain(), "the database is unavailable; serving cached responses only");
            }
            Ok(_) if before.away => tracing::info!("the database is available again"),
            _ => {}
        }
        match (before.writable, writable) {
            (true, false) => tracing::warn!(
                "the database refuses writes; check default_transaction_read_only and the privileges of the role"
            ),
            (false, true) => tracing::info!("the database accepts writes again"),
            _ => {}
        }
    }
}

/// Reads the version, and whether writes are possible.
async fn look(db: &impl ConnectionTrait) -> Result<(Version, bool), DbErr> {
    let sql = format!("select version, changed_at, {TAKES_WRITES} as writable from directory_version");
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    let version = Version { number: row.try_get("", "version")?, changed_at: row.try_get("", "changed_at")? };
    Ok((version, row.try_get("", "writable")?))
}

/// Returns the version that a transaction sees. `None` without a schema.
pub(crate) async fn seen_version(db: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    let row = db.query_one_raw(sql("select version from directory_version", [])).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

//! The directory version: the number that every change raises, as this process knows it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use tokio::sync::watch;
use tokio::time::Instant;

use super::database::{Database, TAKES_WRITES};
use crate::base::error::Error;

/// A state of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub changed_at: DateTime<Utc>,
}

/// The newest version this process knows, and whether the database answers.
#[derive(Clone)]
pub struct DirectoryVersion(Arc<watch::Sender<DirectoryState>>);

#[derive(Clone, Copy)]
struct DirectoryState {
    version: Version,
    away: bool,
    /// Whether the database takes writes, as far as is known.
    writable: bool,
    /// Is the service about to stop?
    stopping: bool,
}

/// Something that is about to be heard of the directory.
pub(crate) struct VersionSubscription(watch::Receiver<DirectoryState>);

impl VersionSubscription {
    /// Waits for it until some time; did it come?
    pub(crate) async fn until(mut self, time: Instant) -> bool {
        tokio::time::timeout_at(time, self.0.changed()).await.is_ok_and(|heard| heard.is_ok())
    }
}

/// How often a change that was committed elsewhere is looked for.
const POLL: Duration = Duration::from_millis(250);
/// How long the database may take to tell the version before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long it may take to tell that it is back: a connection that began to be opened before is of no use.
const RETRY: Duration = Duration::from_millis(750);
/// How long it may take behind a pooler, where it may have to wait for a session.
const QUEUE: Duration = Duration::from_secs(5);

impl DirectoryVersion {
    pub async fn open(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let (version, _) = look(db).await?;
        Ok(Self(Arc::new(watch::Sender::new(DirectoryState { version, away: false, writable: true, stopping: false }))))
    }

    pub fn version(&self) -> Version {
        self.0.borrow().version
    }

    /// Does the database not answer?
    pub fn is_away(&self) -> bool {
        self.0.borrow().away
    }

    /// Whether the database took writes when it was last asked.
    pub fn takes_writes(&self) -> bool {
        self.0.borrow().writable
    }

    /// What comes after now: a new version, or the end.
    pub(crate) fn subscribe(&self) -> VersionSubscription {
        VersionSubscription(self.0.subscribe())
    }

    /// Is the service about to stop?
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.borrow().stopping
    }

    /// Tells everybody that the service is about to stop.
    pub(crate) fn stop(&self) {
        self.0.send_modify(|known| known.stopping = true);
    }

    /// Notes a version that was committed; an older one than is known changes nothing.
    pub fn reached(&self, version: Version) {
        self.0.send_if_modified(|known| {
            let newer = version.number > known.version.number;
            if newer {
                known.version = version;
            }
            newer
        });
    }

    /// Looks for changes made elsewhere, for as long as the process lives. When there are some, `changed` is run before anybody
    /// hears of them.
    pub(crate) async fn follow(
        self,
        database: Database,
        changed: impl AsyncFn(&DatabaseConnection) -> Result<(), Error>,
    ) {
        // What this process wrote itself says nothing of what others wrote before.
        let mut seen = self.version();
        loop {
            tokio::time::sleep(POLL).await;
            let look = async {
                let (version, writable) = look(database.watch()).await?;
                // Whoever revokes a token raises the version, too.
                if version != seen {
                    changed(database.watch()).await?;
                }
                Ok::<_, Error>((version, writable))
            };
            let patience = match (database.is_pooled(), self.is_away()) {
                (true, _) => QUEUE,
                (false, true) => RETRY,
                (false, false) => PATIENCE,
            };
            let late = |_| Error::Unavailable(anyhow::anyhow!("it does not answer within {patience:?}"));
            let found = tokio::time::timeout(patience, look).await.unwrap_or_else(|elapsed| Err(late(elapsed)));
            database.note_answer(found.is_ok());
            if let Ok((version, _)) = &found {
                seen = *version;
                self.reached(*version);
            }
            self.note(found.map(|(_, writable)| writable));
        }
    }

    /// Notes whether the database answers and takes writes, and logs when that changes.
    fn note(&self, found: Result<bool, Error>) {
        let before = *self.0.borrow();
        let away = found.is_err();
        let writable = *found.as_ref().unwrap_or(&before.writable);
        self.0.send_if_modified(|known| {
            (known.away, known.writable) = (away, writable);
            // Whoever waits for a change of the directory is woken when it is back, not by every look.
            before.away != away
        });
        match found {
            Err(error) if !before.away => {
                tracing::warn!(cause = %error.chain(), "the database is away; known answers are served from memory");
            }
            Ok(_) if before.away => tracing::info!("the database is back"),
            _ => {}
        }
        match (before.writable, writable) {
            (true, false) => tracing::warn!("the database takes no writes"),
            (false, true) => tracing::info!("the database takes writes again"),
            _ => {}
        }
    }
}

/// The version, and whether writes are possible.
async fn look(db: &impl ConnectionTrait) -> Result<(Version, bool), DbErr> {
    let sql = format!("select version, changed_at, {TAKES_WRITES} as writable from directory_version");
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    let version = Version { number: row.try_get("", "version")?, changed_at: row.try_get("", "changed_at")? };
    Ok((version, row.try_get("", "writable")?))
}

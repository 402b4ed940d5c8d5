//! The directory version: the number that every change raises, as this process knows it.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio::sync::watch;
use tokio::time::Instant;

use crate::auth::Issued;
use crate::db::Database;

/// A state of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    pub number: i64,
    pub changed_at: DateTime<Utc>,
}

/// The newest version this process knows, and whether the database answers.
#[derive(Clone)]
pub struct Directory(Arc<watch::Sender<Known>>);

#[derive(Clone, Copy)]
struct Known {
    version: Version,
    away: bool,
    /// Is the service about to stop?
    stopping: bool,
}

/// Something that is about to be heard of the directory.
pub(crate) struct News(watch::Receiver<Known>);

impl News {
    /// Waits for it until some time; did it come?
    pub(crate) async fn until(mut self, time: Instant) -> bool {
        tokio::time::timeout_at(time, self.0.changed()).await.is_ok_and(|heard| heard.is_ok())
    }
}

/// How often a change that was committed elsewhere is looked for.
const POLL: Duration = Duration::from_millis(250);
/// How long the database may take to tell the version before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

impl Directory {
    pub async fn open(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let version = read(db).await?;
        Ok(Self(Arc::new(watch::Sender::new(Known { version, away: false, stopping: false }))))
    }

    pub fn version(&self) -> Version {
        self.0.borrow().version
    }

    /// Does the database not answer?
    pub fn is_away(&self) -> bool {
        self.0.borrow().away
    }

    /// What comes after now: a new version, or the end.
    pub(crate) fn news(&self) -> News {
        News(self.0.subscribe())
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

    /// Looks for changes made elsewhere, and for tokens revoked there, for as long as the process lives.
    pub(crate) async fn follow(self, database: Database, issued: Issued) {
        // What this process wrote itself says nothing of what others wrote before.
        let mut seen = self.version();
        loop {
            tokio::time::sleep(POLL).await;
            let look = async {
                let version = read(database.watch()).await?;
                // Whoever revokes a token raises the version, too.
                if version != seen {
                    issued.read(database.watch()).await?;
                }
                Ok::<_, crate::error::Error>(version)
            };
            let found = tokio::time::timeout(PATIENCE, look).await;
            let away = !matches!(found, Ok(Ok(_)));
            if let Ok(Ok(version)) = found {
                seen = version;
                self.reached(version);
            }
            let turned = self.0.send_if_modified(|known| std::mem::replace(&mut known.away, away) != away);
            match (turned, away) {
                (true, true) => tracing::warn!("the database is away; known answers are served from memory"),
                (true, false) => tracing::info!("the database is back"),
                _ => {}
            }
        }
    }
}

async fn read(db: &impl ConnectionTrait) -> Result<Version, DbErr> {
    let row = Statement::from_string(DbBackend::Postgres, "select version, changed_at from directory_version");
    let row = db.query_one_raw(row).await?.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    Ok(Version { number: row.try_get("", "version")?, changed_at: row.try_get("", "changed_at")? })
}

//! The one door for writes.

use actix_web::rt;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait};

use super::Database;
use crate::directory::{Directory, Version};
use crate::error::{Error, Result};

/// A transaction that changes the directory.
pub struct Write {
    pub tx: DatabaseTransaction,
    /// What the directory will be once it is committed; the revision of every entry it touches.
    pub version: Version,
}

/// How long a write may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As long as somebody waits for the answer.
    Request,
    /// As long as it needs, for work on many entries; others wait for it.
    Unhurried,
}

const NO_LIMITS: &str = "set local statement_timeout = 0; set local lock_timeout = 0; \
                         set local idle_in_transaction_session_timeout = 0";

impl Write {
    /// The time that everything written here carries.
    pub fn at(&self) -> DateTime<Utc> {
        self.version.changed_at
    }

    /// Tells the planner what there is now; the embedded database has nobody else to do it.
    pub async fn analyze(&self) -> Result<()> {
        Ok(self.tx.execute_unprepared("analyze").await.map(drop)?)
    }
}

impl Database {
    /// Runs `work` in a transaction, commits it and lets `directory` know.
    ///
    /// Writers queue on the version row, so they cannot deadlock on each other and changes are numbered in the order in
    /// which they commit. The work runs in a task of its own: a request that is dropped takes no half-begun transaction
    /// with it. Must be called inside an actix system.
    pub async fn write<T: 'static, E: From<Error> + 'static>(
        &self,
        directory: &Directory,
        pace: Pace,
        work: impl AsyncFnOnce(&Write) -> Result<T, E> + 'static,
    ) -> Result<T, E> {
        let (database, directory) = (self.clone(), directory.clone());
        let task = rt::spawn(async move {
            let tx = database.begin().await.map_err(Error::from)?;
            if pace == Pace::Unhurried {
                tx.execute_unprepared(NO_LIMITS).await.map_err(Error::from)?;
            }
            let version = raise(&tx).await.map_err(Error::from)?;
            let write = Write { tx, version };
            let done = work(&write).await?;
            write.tx.commit().await.map_err(Error::from)?;
            directory.reached(version);
            Ok(done)
        });
        task.await.unwrap_or_else(|failed| Err(Error::fault(failed).into()))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        self.0.writes.begin().await
    }
}

/// Locks the version row until the transaction ends, and takes the next number.
async fn raise(tx: &DatabaseTransaction) -> Result<Version, DbErr> {
    const RAISE: &str = "select raise_directory_version() as number, now() as changed_at";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, RAISE)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    Ok(Version { number: row.try_get("", "number")?, changed_at: row.try_get("", "changed_at")? })
}

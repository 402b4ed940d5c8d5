//! The one door for writes.

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use actix_web::rt;
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait, Value};

use super::database::Database;
use super::server::Use;
use crate::base::db::author::Author;
use crate::base::db::version::{DirectoryVersion, Version};
use crate::base::error::{Error, Result};

/// A transaction that changes the directory.
pub struct Write {
    pub tx: DatabaseTransaction,
    /// What the directory will be once it is committed; the revision of every entry it touches.
    pub version: Version,
    /// Who writes.
    pub author: Author,
    /// What is to be done once it is committed.
    then: RefCell<Vec<Box<dyn FnOnce()>>>,
}

/// Whether a write is given up after some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeouts {
    /// After the time that the client of a request waits.
    Enabled,
    /// Never, for work on many entries. Other writers wait for it.
    Disabled,
}

/// How long a transaction may take that a request waits for.
const DEADLINE: Duration = Duration::from_secs(15);

/// How long the server may be unreachable before transactions in flight are given up.
const LOST: Duration = Duration::from_secs(1);

const NO_LIMITS: &str = "set local statement_timeout = 0; set local lock_timeout = 0; \
                         set local idle_in_transaction_session_timeout = 0";

impl Write {
    /// Makes a transaction one that changes the directory: from here on, other writers wait for it.
    pub(crate) async fn begin(tx: DatabaseTransaction, author: Author, timeouts: Timeouts) -> Result<Self> {
        if timeouts == Timeouts::Disabled {
            tx.execute_unprepared(NO_LIMITS).await?;
        }
        let version = raise(&tx).await?;
        Ok(Self { tx, version, author, then: RefCell::default() })
    }

    /// Commits it, and lets the directory know.
    pub(crate) async fn commit(self, directory: &DirectoryVersion) -> Result<()> {
        self.tx.commit().await?;
        directory.reached(self.version);
        self.then.into_inner().into_iter().for_each(|then| then());
        Ok(())
    }

    /// Does something once it is committed, whether or not anybody waits for that.
    pub(crate) fn then(&self, then: impl FnOnce() + 'static) {
        self.then.borrow_mut().push(Box::new(then));
    }

    /// The time that everything written here carries.
    pub fn at(&self) -> DateTime<Utc> {
        self.version.changed_at
    }

    /// Tells the planner what there is now; the embedded database has nobody else to do it.
    pub async fn analyze(&self) -> Result<()> {
        // Of other tables the server would say for each that this role may not.
        const ANALYZE: &str = "do $$ begin execute (select 'analyze ' || string_agg(format('%I.%I', schemaname, tablename), ', ') \
            from pg_tables where schemaname = current_schema()); end $$";
        Ok(self.tx.execute_unprepared(ANALYZE).await.map(drop)?)
    }
}

impl Database {
    /// Runs `work` in a transaction that makes the next version of the directory, commits it and publishes the version.
    ///
    /// Writers queue on the version row, so they cannot deadlock on each other and changes are numbered in the order in
    /// which they commit. Must be called inside an actix system.
    pub async fn write<T: 'static, E: From<Error> + 'static>(
        &self,
        version: &DirectoryVersion,
        author: Author,
        timeouts: Timeouts,
        work: impl AsyncFnOnce(&Write) -> Result<T, E> + 'static,
    ) -> Result<T, E> {
        let (database, version) = (self.clone(), version.clone());
        self.in_own_task(timeouts, async move {
            let write = Write::begin(database.begin().await?, author, timeouts).await?;
            let done = work(&write).await?;
            write.commit(&version).await?;
            Ok(done)
        })
        .await
    }

    /// Runs a write in a task of its own. A request that is dropped would leave its transaction half done; in a task, the write goes on to
    /// its end. With timeouts it ends all the same when the server does not respond; whether a commit in progress took effect
    /// is unknown then. Must be called inside an actix system.
    pub(crate) async fn in_own_task<T: 'static, E: From<Error> + 'static>(
        &self,
        timeouts: Timeouts,
        work: impl Future<Output = Result<T, E>> + 'static,
    ) -> Result<T, E> {
        let database = self.clone();
        let task = rt::spawn(async move {
            tokio::select! {
                done = work => done,
                // The pool closes a connection that is given back in the middle of a transaction, unless it responds at once.
                cause = database.deadline(timeouts) => Err(Error::Unavailable(anyhow::anyhow!(cause)).into()),
            }
        });
        task.await.unwrap_or_else(|failed| Err(Error::internal(failed).into()))
    }

    /// Waits until a transaction is to be given up.
    async fn deadline(&self, timeouts: Timeouts) -> &'static str {
        // The embedded database cannot go away, and long work on a server ends by TCP keepalive.
        let Some(server) = self.0.server.as_ref().filter(|_| timeouts == Timeouts::Enabled) else {
            return pending().await;
        };
        tokio::select! {
            () = tokio::time::sleep(DEADLINE) => "the transaction did not end in time",
            () = server.reachability.lost_for(LOST) => "the database does not answer, and the transaction was given up",
        }
    }

    /// Runs one statement in a transaction of its own that leaves the version of the directory as it is.
    pub(crate) async fn execute(&self, sql: &'static str, values: Vec<Value>) -> Result<()> {
        let database = self.clone();
        self.in_own_task(Timeouts::Enabled, async move {
            let tx = database.begin().await?;
            tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Begins the transaction of a write.
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let tx = self.0.writes.begin().await?;
        if self.is_pooled() {
            tx.execute_unprepared(&Use::Writes.transaction()).await?;
        }
        Ok(tx)
    }
}

/// Rolls a transaction back before its error is returned, so that a client who repeats the request at once finds it finished.
pub(crate) async fn rollback(tx: DatabaseTransaction, error: Error) -> Error {
    if let Err(cause) = tx.rollback().await {
        tracing::debug!(cause = %Error::from(cause).chain(), "a transaction was not rolled back in good order");
    }
    error
}

/// Locks the version row until the transaction ends, and takes the next number.
async fn raise(tx: &DatabaseTransaction) -> Result<Version, DbErr> {
    const RAISE: &str = "select raise_directory_version() as number, now() as changed_at";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, RAISE)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    Ok(Version { number: row.try_get("", "number")?, changed_at: row.try_get("", "changed_at")? })
}

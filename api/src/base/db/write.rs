//! Write transactions. All writes pass through this module.

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use actix_web::rt;
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait, Value};

use super::database::Database;
use super::reachability::LOST;
use super::server::PoolPurpose;
use super::statement::sql;
use crate::base::db::author::Author;
use crate::base::db::version::{DirectoryVersion, Version};
use crate::base::error::{Error, Result};
use crate::base::language::Language;

/// A transaction that changes the directory.
pub struct Write {
    /// Open transaction.
    pub tx: DatabaseTransaction,
    /// Directory version after the commit. It is also the revision of every entry that the transaction writes.
    pub version: Version,
    /// Author of the write.
    pub author: Author,
    /// Callbacks to run after the commit.
    then: RefCell<Vec<Box<dyn FnOnce()>>>,
    before_commit: Option<BeforeCommit>,
}

/// The last step of each write with time limits, before its commit.
pub(crate) type BeforeCommit = for<'w> fn(&'w Write) -> LocalBoxFuture<'w, Result<()>>;

/// Whether a write has time limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timeouts {
    /// With time limits, for writes of requests.
    Enabled,
    /// Without time limits, for writes of many entries. Other writes wait until they end.
    Disabled,
}

/// Time limit of the transaction of a request.
const DEADLINE: Duration = Duration::from_secs(15);

const NO_LIMITS: &str = "set local statement_timeout = 0; set local lock_timeout = 0; \
                         set local idle_in_transaction_session_timeout = 0";

impl Write {
    /// Raises the directory version in a transaction. Other writes wait until the transaction ends.
    pub(crate) async fn begin(
        database: &Database,
        tx: DatabaseTransaction,
        author: Author,
        timeouts: Timeouts,
    ) -> Result<Self> {
        if timeouts == Timeouts::Disabled {
            tx.execute_unprepared(NO_LIMITS).await?;
        }
        let version = raise(&tx).await?;
        let before_commit = database.before_commit().filter(|_| timeouts == Timeouts::Enabled);
        Ok(Self { tx, version, author, then: RefCell::default(), before_commit })
    }

    /// Runs the last step of the database, commits the transaction, publishes the version and runs the callbacks.
    pub(crate) async fn commit(self, directory: &DirectoryVersion) -> Result<()> {
        if let Some(before_commit) = self.before_commit
            && let Err(error) = before_commit(&self).await
        {
            return Err(rollback(self.tx, error).await);
        }
        self.tx.commit().await?;
        directory.reached(self.version);
        self.then.into_inner().into_iter().for_each(|then| then());
        Ok(())
    }

    /// Registers a callback to run after the commit, even if the client has disconnected.
    pub(crate) fn then(&self, then: impl FnOnce() + 'static) {
        self.then.borrow_mut().push(Box::new(then));
    }

    /// Returns the time of the write.
    pub fn at(&self) -> DateTime<Utc> {
        self.version.changed_at
    }

    /// Updates the statistics of the query planner. The embedded database has no autovacuum.
    pub async fn analyze(&self) -> Result<()> {
        // Limited to the current schema, because the server warns about each table that the role may not analyse.
        const ANALYZE: &str = "do $$ begin execute (select 'analyze ' || string_agg(format('%I.%I', schemaname, tablename), ', ') \
            from pg_tables where schemaname = current_schema()); end $$";
        Ok(self.tx.execute_unprepared(ANALYZE).await.map(drop)?)
    }
}

impl Database {
    /// Runs `work` in a transaction that raises the directory version, commits the transaction and publishes the version. If
    /// `work` fails, the transaction is rolled back and its error is returned.
    ///
    /// Writes wait for each other on the version row, so they cannot deadlock, and changes are numbered in the order of
    /// their commits. Must be called inside an actix system.
    pub async fn write<T: 'static, E: From<Error> + 'static>(
        &self,
        version: &DirectoryVersion,
        author: Author,
        timeouts: Timeouts,
        work: impl AsyncFnOnce(&Write) -> Result<T, E> + 'static,
    ) -> Result<T, E> {
        let (database, version) = (self.clone(), version.clone());
        self.in_own_task(timeouts, async move {
            let write = Write::begin(&database, database.begin().await?, author, timeouts).await?;
            match work(&write).await {
                Ok(done) => {
                    write.commit(&version).await?;
                    Ok(done)
                }
                Err(error) => Err(rollback(write.tx, error).await),
            }
        })
        .await
    }

    /// Runs a write in a separate task, so that it completes even if the request is dropped. With `Timeouts::Enabled`
    /// on a server, fails with `Error::Unavailable` after 15 seconds, or when the server has not responded for a
    /// second. A commit in progress may then have taken effect. Must be called inside an actix system.
    pub(crate) async fn in_own_task<T: 'static, E: From<Error> + 'static>(
        &self,
        timeouts: Timeouts,
        work: impl Future<Output = Result<T, E>> + 'static,
    ) -> Result<T, E> {
        let database = self.clone();
        let task = rt::spawn(Language::in_current(async move {
            tokio::select! {
                done = work => done,
                // The pool checks a connection that returns inside a transaction, and closes it if it does not respond.
                cause = database.deadline(timeouts) => Err(Error::Unavailable(anyhow::anyhow!(cause)).into()),
            }
        }));
        task.await.unwrap_or_else(|failed| Err(Error::internal(failed).into()))
    }

    /// Waits until a transaction is to be cancelled. Returns the reason.
    async fn deadline(&self, timeouts: Timeouts) -> &'static str {
        // The embedded database is always reachable, and TCP keepalive ends long work on a server.
        let Some(server) = self.0.server.as_ref().filter(|_| timeouts == Timeouts::Enabled) else {
            return pending().await;
        };
        tokio::select! {
            () = tokio::time::sleep(DEADLINE) => "the transaction exceeded its time limit",
            () = server.reachability.lost_for(LOST) => "the database does not respond, and the transaction was cancelled",
        }
    }

    /// Runs `work` in a transaction that does not raise the directory version, and commits. If `work` fails, rolls the
    /// transaction back and returns its error. Must be called inside an actix system.
    pub(crate) async fn transact<T: 'static>(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T> + 'static,
    ) -> Result<T> {
        let database = self.clone();
        self.in_own_task(Timeouts::Enabled, async move {
            let tx = database.begin().await?;
            match work(&tx).await {
                Ok(done) => {
                    tx.commit().await?;
                    Ok(done)
                }
                Err(error) => Err(rollback(tx, error).await),
            }
        })
        .await
    }

    /// Runs one statement in a transaction that does not raise the directory version.
    pub(crate) async fn execute(&self, statement: &'static str, values: Vec<Value>) -> Result<()> {
        self.transact(async move |tx| Ok(tx.execute_raw(sql(statement, values)).await.map(drop)?)).await
    }

    /// Begins the transaction of a write.
    #[expect(clippy::disallowed_methods, reason = "all write transactions begin here")]
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction> {
        let tx = self.0.writes.begin().await?;
        if self.is_pooled() {
            tx.execute_unprepared(&PoolPurpose::Writes.transaction()).await?;
        }
        Ok(tx)
    }
}

/// Rolls a transaction back before returning its result, so that an immediate repetition of the request is not blocked by
/// its locks.
pub(crate) async fn rollback<T>(tx: DatabaseTransaction, result: T) -> T {
    if let Err(cause) = tx.rollback().await {
        tracing::debug!(cause = %Error::from(cause).chain(), "a transaction could not be rolled back");
    }
    result
}

/// Locks the version row until the transaction ends, and raises the version.
async fn raise(tx: &DatabaseTransaction) -> Result<Version, DbErr> {
    const RAISE: &str = "select raise_directory_version() as number, now() as changed_at";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, RAISE)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    Ok(Version { number: row.try_get("", "number")?, changed_at: row.try_get("", "changed_at")? })
}

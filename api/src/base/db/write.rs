//! The one door for writes.

use std::cell::RefCell;
use std::future::pending;
use std::time::Duration;

use actix_web::rt;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, TransactionTrait};
use uuid::Uuid;

use super::database::Database;
use super::server::Use;
use crate::base::clock;
use crate::base::db::author::Author;
use crate::base::db::version::{Directory, Version};
use crate::base::error::{Error, Result};

/// How long the answer to a request is kept for those who repeat it.
pub(crate) const KEPT_FOR: TimeDelta = TimeDelta::hours(24);

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

/// How long a write may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As long as somebody waits for the answer.
    Request,
    /// As long as it needs, for work on many entries; others wait for it.
    Unhurried,
}

/// How long a transaction may take that a request waits for.
const DEADLINE: Duration = Duration::from_secs(15);

/// How long the server may be unreachable before transactions in flight are given up.
const LOST: Duration = Duration::from_secs(1);

const NO_LIMITS: &str = "set local statement_timeout = 0; set local lock_timeout = 0; \
                         set local idle_in_transaction_session_timeout = 0";

impl Write {
    /// Makes a transaction one that changes the directory: from here on, other writers wait for it.
    pub(crate) async fn begin(tx: DatabaseTransaction, author: Author, pace: Pace) -> Result<Self> {
        if pace == Pace::Unhurried {
            tx.execute_unprepared(NO_LIMITS).await?;
        }
        let version = raise(&tx).await?;
        Ok(Self { tx, version, author, then: RefCell::default() })
    }

    /// Commits it, and lets the directory know.
    pub(crate) async fn commit(self, directory: &Directory) -> Result<()> {
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
    /// Runs `work` in a transaction, commits it and lets `directory` know.
    ///
    /// Writers queue on the version row, so they cannot deadlock on each other and changes are numbered in the order in
    /// which they commit. Must be called inside an actix system.
    pub async fn write<T: 'static, E: From<Error> + 'static>(
        &self,
        directory: &Directory,
        (author, pace): (Author, Pace),
        work: impl AsyncFnOnce(&Write) -> Result<T, E> + 'static,
    ) -> Result<T, E> {
        let directory = directory.clone();
        self.spawn(pace, async move |tx| {
            let write = Write::begin(tx, author, pace).await?;
            let done = work(&write).await?;
            write.commit(&directory).await?;
            Ok(done)
        })
        .await
    }

    /// Runs `work` with a transaction that it must commit, in a task of its own: a request that is dropped takes no
    /// half-begun transaction with it, and what it asked for is done to its end. It ends all the same when the server does not
    /// answer: whether what it was about to commit is there, nobody knows then. Must be called inside an actix system.
    pub(crate) async fn transact<T: 'static, E: From<Error> + 'static>(
        &self,
        work: impl AsyncFnOnce(DatabaseTransaction) -> Result<T, E> + 'static,
    ) -> Result<T, E> {
        self.spawn(Pace::Request, work).await
    }

    async fn spawn<T: 'static, E: From<Error> + 'static>(
        &self,
        pace: Pace,
        work: impl AsyncFnOnce(DatabaseTransaction) -> Result<T, E> + 'static,
    ) -> Result<T, E> {
        let database = self.clone();
        let task = rt::spawn(async move {
            let work = async { work(database.begin().await.map_err(Error::from)?).await };
            tokio::select! {
                done = work => done,
                // What is dropped in the middle gives its connection back, which is closed unless it answers at once.
                cause = database.deadline(pace) => Err(Error::Unavailable(anyhow::anyhow!(cause)).into()),
            }
        });
        task.await.unwrap_or_else(|failed| Err(Error::fault(failed).into()))
    }

    /// Waits until a transaction is to be given up.
    async fn deadline(&self, pace: Pace) -> &'static str {
        // The embedded database cannot go away, and long work on a server ends by TCP keepalive.
        let Some(server) = self.0.server.as_ref().filter(|_| pace == Pace::Request) else { return pending().await };
        tokio::select! {
            () = tokio::time::sleep(DEADLINE) => "the transaction did not end in time",
            () = server.reachability.lost_for(LOST) => "the database does not answer, and the transaction was given up",
        }
    }

    /// Runs one statement in a transaction of its own; it is no part of the directory.
    async fn execute(&self, sql: &'static str, values: Vec<sea_orm::Value>) -> Result<()> {
        self.transact(async move |tx| {
            tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Writes down when tokens were last used.
    pub(crate) async fn note_uses(&self, tokens: Vec<Uuid>, times: Vec<DateTime<Utc>>) -> Result<()> {
        const NOTE: &str = "insert into token_use (token_id, last_used_at) \
            select u.token_id, u.at from unnest($1::uuid[], $2::timestamptz[]) as u (token_id, at) join token t on t.id = u.token_id \
                on conflict (token_id) do update set last_used_at = greatest(token_use.last_used_at, excluded.last_used_at)";
        self.execute(NOTE, vec![tokens.into(), times.into()]).await
    }

    /// Forgets the answers that are kept no longer for those who repeat a request.
    pub(crate) async fn forget_old_answers(&self) -> Result<()> {
        const FORGET: &str = "delete from idempotency_key where created_at < $1";
        self.execute(FORGET, vec![(clock::now() - KEPT_FOR).into()]).await
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let tx = self.0.writes.begin().await?;
        if self.is_pooled() {
            tx.execute_unprepared(&Use::Writes.transaction()).await?;
        }
        Ok(tx)
    }
}

/// Locks the version row until the transaction ends, and takes the next number.
async fn raise(tx: &DatabaseTransaction) -> Result<Version, DbErr> {
    const RAISE: &str = "select raise_directory_version() as number, now() as changed_at";
    let row = tx.query_one_raw(Statement::from_string(DbBackend::Postgres, RAISE)).await?;
    let row = row.ok_or_else(|| DbErr::RecordNotFound("directory_version".to_owned()))?;
    Ok(Version { number: row.try_get("", "number")?, changed_at: row.try_get("", "changed_at")? })
}

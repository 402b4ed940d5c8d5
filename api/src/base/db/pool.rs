//! Connection pools that drop broken and read-only connections, and end transactions that requests left open.
//!
//! The pings of sqlx have no time limit, so connections are checked here first. A ping that remains without an answer ends with
//! [`Server::note_answer`].

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_orm::sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, Postgres, Row};

use super::begins::Begins;
use super::server::{PoolPurpose, Server};
use super::sockets;

/// Time limit for acquiring a connection.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);

/// Time limit for the check of a connection, after which it is closed.
const ANSWER: Duration = Duration::from_secs(1);

/// Time after the last use of a connection in which reads use it without a check. A check costs as much as the read of an entry.
pub(super) const RECENT: Duration = Duration::from_millis(100);

/// Age at which a read-only session is replaced.
const READ_ONLY_SESSION: Duration = Duration::from_secs(1);

/// Returns a pool of connections to `server`.
pub(super) fn pool(server: &Server, purpose: PoolPurpose) -> PoolOptions<Postgres> {
    let port = server.port();
    let (pooled, reachability, begins) = (server.pooled, server.reachability.clone(), server.begins.clone());
    // Behind a pooler, reads need a transaction, or each message may reach another session. Writes begin a transaction
    // themselves.
    let begin = (pooled && purpose != PoolPurpose::Writes).then(|| format!("begin; {}", purpose.transaction()));
    let prepare = if pooled { begin.clone() } else { Some(purpose.session()) };
    PoolOptions::new()
        .max_connections(purpose.connections())
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let prepare = prepare.clone();
            Box::pin(async move {
                if let Some(port) = port {
                    sockets::keep_alive(port).await;
                }
                run(connection, prepare).await
            })
        })
        .before_acquire(move |connection, PoolConnectionMetadata { age, idle_for, .. }| {
            if reachability.outlived(age) {
                return decide(false);
            }
            let was_just_checked = matches!(purpose, PoolPurpose::Reads(_)) && !pooled && idle_for < RECENT;
            if was_just_checked { decide(true) } else { acquire(connection, begin.clone(), pooled) }
        })
        .after_release(move |connection, PoolConnectionMetadata { age, .. }| {
            let check = ReturnCheck { purpose, pooled, age, begins: begins.clone() };
            Box::pin(check.passes(connection))
        })
}

/// The check of a connection that returns to its pool.
struct ReturnCheck {
    purpose: PoolPurpose,
    pooled: bool,
    age: Duration,
    begins: Arc<Begins>,
}

impl ReturnCheck {
    /// Returns whether the pool keeps the connection. If a request was dropped before the answer to its last statement, and the
    /// database has cancelled this statement, the check receives that error. The connection is intact, so the check is repeated.
    async fn passes(self, connection: &mut PgConnection) -> sqlx::Result<bool> {
        const QUERY_CANCELED: &str = "57014";
        let code = |error: &sqlx::Error| Some(error.as_database_error()?.code()?.into_owned());
        match self.check(connection).await {
            Err(error) if code(&error).is_some_and(|code| code == QUERY_CANCELED) => self.check(connection).await,
            checked => checked,
        }
    }

    fn check<'c>(&self, connection: &'c mut PgConnection) -> IsUsable<'c> {
        match self.purpose {
            PoolPurpose::Writes => clean(connection, if self.pooled { PATIENCE } else { ANSWER }),
            _ if self.pooled => ended(connection),
            PoolPurpose::Version | PoolPurpose::Background => writable(connection, self.age),
            PoolPurpose::Reads(_) if !self.begins.may_leave_open() => Box::pin(alive(connection)),
            PoolPurpose::Reads(_) | PoolPurpose::Migration => answering(connection),
        }
    }
}

type IsUsable<'c> = BoxFuture<'c, sqlx::Result<bool>>;

fn decide<'c>(is_usable: bool) -> IsUsable<'c> {
    Box::pin(async move { Ok(is_usable) })
}

/// Accepts a connection if it responds.
async fn alive(connection: &mut PgConnection) -> sqlx::Result<bool> {
    within(ANSWER, connection.ping()).await.map(|()| true)
}

/// Accepts a connection from the pool if it responds.
fn acquire(connection: &mut PgConnection, begin: Option<String>, pooled: bool) -> IsUsable<'_> {
    Box::pin(async move {
        match begin {
            // The pooler may let `begin` wait for a session, so only the time limit of the pool applies.
            Some(begin) => connection.execute(AssertSqlSafe(begin)).await.map(|_| true),
            None if pooled => connection.ping().await.map(|()| true),
            None => alive(connection).await,
        }
    })
}

/// Returns a connection to the pool if it responds. Rolls an open transaction back, so that later reads do not see an
/// old snapshot.
fn answering(connection: &mut PgConnection) -> IsUsable<'_> {
    let answering = async move { roll_back_if_open(connection).await.map(|_| true) };
    Box::pin(within(ANSWER, answering))
}

/// Rolls back a transaction that is still open when a connection returns to the pool.
///
/// sqlx 0.9 returns a connection in an open transaction without noticing it when a request is dropped during `begin`.
/// The writes of the next request on that connection would never be committed. So each connection for writes is checked on
/// its return, and one for reads while [`Begins::may_leave_open`](super::begins::Begins::may_leave_open): `now()` is in the
/// past only inside a transaction.
///
/// Returns whether the session is read-only, which the same statement reads.
async fn roll_back_if_open(connection: &mut PgConnection) -> sqlx::Result<bool> {
    const STATE: &str = "select now() < statement_timestamp(), current_setting('transaction_read_only')::boolean";
    let row = connection.fetch_one(STATE).await?;
    let (is_left_open, is_read_only): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    if is_left_open {
        tracing::debug!("rolled back a transaction that was open when its connection returned to the pool");
        connection.execute("rollback").await?;
    }
    Ok(is_read_only)
}

/// Returns a connection to the pool after ending its transaction, which frees the session of the pooler.
fn ended(connection: &mut PgConnection) -> IsUsable<'_> {
    Box::pin(async move { within(ANSWER, connection.execute("rollback")).await.map(|_| true) })
}

async fn run(connection: &mut PgConnection, statements: Option<String>) -> sqlx::Result<()> {
    match statements {
        Some(statements) => connection.execute(AssertSqlSafe(statements)).await.map(drop),
        None => Ok(()),
    }
}

async fn within<T>(limit: Duration, answer: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    tokio::time::timeout(limit, answer).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// Returns a connection to the pool if it accepts writes, after rolling an open transaction back. A read-only session is
/// dropped, because it may stay read-only when new sessions accept writes again.
fn clean(connection: &mut PgConnection, limit: Duration) -> IsUsable<'_> {
    let clean = async move { roll_back_if_open(connection).await.map(|is_read_only| !is_read_only) };
    Box::pin(within(limit, clean))
}

/// Returns a connection to the pool if it shows whether new sessions accept writes. A session that was opened while the
/// database was set to read-only stays read-only, so it is replaced. A session on a standby is kept, because it becomes
/// writable when the standby is promoted.
fn writable(connection: &mut PgConnection, age: Duration) -> IsUsable<'_> {
    const STATE: &str = "select current_setting('transaction_read_only')::boolean and not pg_is_in_recovery()";
    let writable = async move {
        let is_read_only: bool = connection.fetch_one(STATE).await?.try_get(0)?;
        Ok(!is_read_only || age < READ_ONLY_SESSION)
    };
    Box::pin(within(ANSWER, writable))
}

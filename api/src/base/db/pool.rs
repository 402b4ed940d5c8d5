//! Pools that keep no connection which does not answer, is inside a transaction, or cannot write.
//!
//! sqlx waits for the answer to its own pings without end, so each connection is asked here, with a limit.

use std::time::Duration;

use futures_util::future::BoxFuture;
use sea_orm::sqlx::pool::{PoolConnectionMetadata, PoolOptions};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection, Executor, PgConnection, Postgres, Row};

use super::keepalive;
use super::server::{Server, Use};

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a connection may take to answer; one that does not is closed and not kept.
const ANSWER: Duration = Duration::from_secs(1);

/// For how long a session that takes no writes is kept before another is tried.
const READ_ONLY_SESSION: Duration = Duration::from_secs(1);

/// A pool for connections to `server`; over TCP if there is a `port`.
pub(super) fn pool(server: &Server, purpose: Use, port: Option<u16>) -> PoolOptions<Postgres> {
    let (pooled, reachability) = (server.pooled, server.reachability.clone());
    // Behind a pooler a read needs a transaction, or each of its messages may go to another session. A write begins its own.
    let begin = (pooled && purpose != Use::Writes).then(|| format!("begin; {}", purpose.transaction()));
    let prepare = if pooled { begin.clone() } else { Some(purpose.session()) };
    PoolOptions::new()
        .max_connections(purpose.connections())
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let prepare = prepare.clone();
            Box::pin(async move {
                if let Some(port) = port {
                    keepalive::set(port).await;
                }
                run(connection, prepare).await
            })
        })
        .before_acquire(
            move |connection, PoolConnectionMetadata { age, .. }| {
                if reachability.outlived(age) { refuse() } else { acquire(connection, begin.clone(), pooled) }
            },
        )
        .after_release(move |connection, PoolConnectionMetadata { age, .. }| match purpose {
            Use::Writes => clean(connection, if pooled { PATIENCE } else { ANSWER }),
            _ if pooled => ended(connection),
            Use::Watch => writable(connection, age),
            Use::Reads(_) | Use::Migration => answering(connection),
        })
}

type Kept<'c> = BoxFuture<'c, sqlx::Result<bool>>;

fn refuse<'c>() -> Kept<'c> {
    Box::pin(async { Ok(false) })
}

/// Takes a connection that answers.
fn acquire(connection: &mut PgConnection, begin: Option<String>, pooled: bool) -> Kept<'_> {
    Box::pin(async move {
        match begin {
            // It may have to wait for a session; the pool's own limit holds.
            Some(begin) => connection.execute(AssertSqlSafe(begin)).await.map(|_| true),
            None if pooled => connection.ping().await.map(|()| true),
            None => within(ANSWER, connection.ping()).await.map(|()| true),
        }
    })
}

/// Takes a connection back that answers, outside a transaction: what is read next must not see an old state.
fn answering(connection: &mut PgConnection) -> Kept<'_> {
    let answering = async move { roll_back_if_open(connection).await.map(|_| true) };
    Box::pin(within(ANSWER, answering))
}

/// Ends a transaction that a connection came back in.
///
/// sqlx 0.9 returns a connection to the pool in an open transaction, and does not know it, when a request is dropped
/// while `begin` is under way; whatever the next one writes on it is then never committed. So each connection is asked
/// on its return: only inside a transaction is `now()` the past.
///
/// Returns whether the session is read-only, which takes no statement of its own.
async fn roll_back_if_open(connection: &mut PgConnection) -> sqlx::Result<bool> {
    const STATE: &str = "select now() < statement_timestamp(), current_setting('transaction_read_only')::boolean";
    let row = connection.fetch_one(STATE).await?;
    let (is_left_open, is_read_only): (bool, bool) = (row.try_get(0)?, row.try_get(1)?);
    if is_left_open {
        tracing::debug!("a connection came back inside a transaction; it was rolled back");
        connection.execute("rollback").await?;
    }
    Ok(is_read_only)
}

/// Takes a connection back once its transaction has ended, so that others get the session.
fn ended(connection: &mut PgConnection) -> Kept<'_> {
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

/// Takes no connection back inside a transaction, or to a server that takes no writes. A session of a server that has turned
/// read-only may stay so when the server takes writes again; a new one does not.
fn clean(connection: &mut PgConnection, limit: Duration) -> Kept<'_> {
    let clean = async move { roll_back_if_open(connection).await.map(|is_read_only| !is_read_only) };
    Box::pin(within(limit, clean))
}

/// Takes a session back that tells what new ones are like. One that was opened while the database was set to be read-only stays
/// read-only, so it is replaced after a moment; a standby's turns writable by itself.
fn writable(connection: &mut PgConnection, age: Duration) -> Kept<'_> {
    const STATE: &str = "select current_setting('transaction_read_only')::boolean and not pg_is_in_recovery()";
    let writable = async move {
        let is_read_only: bool = connection.fetch_one(STATE).await?.try_get(0)?;
        Ok(!is_read_only || age < READ_ONLY_SESSION)
    };
    Box::pin(within(ANSWER, writable))
}

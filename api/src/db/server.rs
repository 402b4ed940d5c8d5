//! A PostgreSQL server, and the pools of connections to it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use sea_orm::sqlx::{self, Connection, Executor, Row};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::config::Secret;

/// The oldest PostgreSQL the schema runs on.
const OLDEST: i32 = 15;

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// A plan for the values at hand: one for all of them made a search five times slower here.
pub(super) const PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");

/// How alike two words must be to be compared letter by letter: enough for letters that have changed places.
pub(super) const SPELLING: (&str, &str) = ("pg_trgm.similarity_threshold", "0.2");

/// What connections are for. Each kind has its own, so that one cannot starve the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// So many of them.
    Reads(u32),
    Writes,
    /// The directory version and the state of the server, whatever else is going on.
    Watch,
    /// One holds the lock, the other makes the steps.
    Migration,
}

impl Use {
    fn connections(self) -> u32 {
        match self {
            Self::Reads(connections) => connections,
            Self::Watch => 1,
            Self::Writes | Self::Migration => 2,
        }
    }

    /// What a session may take: no statement runs for long, none waits long for another, none is left open.
    fn session(self) -> Vec<(&'static str, &'static str)> {
        let limits =
            [("statement_timeout", "5s"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "5s")];
        // Cursors hold times and numbers as the server writes them.
        let mut settings =
            vec![("timezone", "UTC"), ("datestyle", "ISO"), ("extra_float_digits", "1"), PLANS, SPELLING];
        match self {
            Self::Reads(_) | Self::Watch => {
                settings.extend([limits.as_slice(), &[("default_transaction_read_only", "on")]].concat());
            }
            Self::Writes => settings.extend(limits),
            Self::Migration => {}
        }
        settings
    }
}

/// Connects, and sees that the server is one the schema runs on.
pub(super) async fn connect(url: &Secret, purpose: Use) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(&url.0);
    options.max_connections(purpose.connections()).acquire_timeout(PATIENCE).sqlx_logging(false);
    options.map_sqlx_postgres_opts(move |options| options.application_name("transferatlas").options(purpose.session()));
    options.map_sqlx_postgres_pool_opts(move |pool| if purpose == Use::Writes { clean(pool) } else { answering(pool) });
    let connection = match sea_orm::Database::connect(options).await {
        Ok(connection) => connection,
        Err(error) => bail!("the PostgreSQL server cannot be reached: {}", reason(&error)),
    };
    let sql = "select current_setting('server_version_num')::int / 10000";
    let version = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let version: i32 = version.context("the server does not tell its version")?.try_get_by_index(0)?;
    if version < OLDEST {
        bail!("the PostgreSQL server is version {version}; {OLDEST} or newer is needed");
    }
    Ok(connection)
}

/// What went wrong, in words that hold neither address nor password.
fn reason(error: &sea_orm::DbErr) -> String {
    use sea_orm::{DbErr, RuntimeErr};
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause)) => match &**cause {
            sqlx::Error::Database(answer) => answer.message().to_owned(),
            sqlx::Error::Io(cause) => cause.to_string(),
            sqlx::Error::PoolTimedOut => "it does not answer".to_owned(),
            sqlx::Error::Configuration(_) => "DATABASE_URL is not a PostgreSQL address".to_owned(),
            _ => "see DATABASE_URL".to_owned(),
        },
        _ => "see DATABASE_URL".to_owned(),
    }
}

type Pool = sqlx::pool::PoolOptions<sqlx::Postgres>;

/// How long a connection may take to answer on its return; one that does not is closed and not kept.
const RETURN: Duration = Duration::from_secs(1);

/// Takes no connection back that does not answer: sqlx itself would wait for it without end.
fn answering(pool: Pool) -> Pool {
    pool.after_release(|connection, _| {
        Box::pin(async move {
            let answer = tokio::time::timeout(RETURN, connection.ping()).await;
            answer.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
        })
    })
}

/// Takes no connection back inside a transaction, either.
///
/// sqlx 0.9 returns a connection to the pool in an open transaction, and does not know it, when a request is dropped
/// while `begin` is under way; whatever the next one writes on it is then never committed. So each connection is asked
/// on its return: only inside a transaction is `now()` the past.
fn clean(pool: Pool) -> Pool {
    pool.after_release(|connection, _| {
        Box::pin(async move {
            let clean = async {
                let left_open = connection.fetch_one("select now() < statement_timestamp()").await?.try_get(0)?;
                if left_open {
                    tracing::error!("a connection came back inside a transaction; it was rolled back");
                    connection.execute("rollback").await?;
                }
                Ok(true)
            };
            tokio::time::timeout(RETURN, clean).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
        })
    })
}

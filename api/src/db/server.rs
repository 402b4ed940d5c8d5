//! A PostgreSQL server, and what every pool of connections needs.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use sea_orm::sqlx::{self, Executor, Row};
use sea_orm::{ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::config::Secret;

/// The oldest PostgreSQL the schema runs on.
const OLDEST: i32 = 15;

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// What a session may take: no statement runs for long, none waits long for another, none is left open.
const SESSION: [(&str, &str); 4] = [
    ("statement_timeout", "5s"),
    ("lock_timeout", "1s"),
    ("idle_in_transaction_session_timeout", "5s"),
    ("timezone", "UTC"),
];

pub(super) async fn connect(url: &Secret, size: u32) -> Result<DatabaseConnection> {
    let mut options = pool(ConnectOptions::new(&url.0), size, PATIENCE);
    options.map_sqlx_postgres_opts(|options| options.application_name("transferatlas").options(SESSION));
    let connection = match sea_orm::Database::connect(options).await {
        Ok(connection) => connection,
        Err(error) => bail!("the PostgreSQL server cannot be reached: {}", reason(&error)),
    };
    let version =
        Statement::from_string(DbBackend::Postgres, "select current_setting('server_version_num')::int / 10000");
    let version: i32 = match connection.query_one_raw(version).await?.map(|row| row.try_get_by_index(0)) {
        Some(version) => version.context("the server does not tell its version")?,
        None => bail!("the server does not tell its version"),
    };
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

/// A pool that gives up early and takes no connection back inside a transaction.
///
/// sqlx 0.9 returns a connection to the pool in an open transaction, and does not know it, when a request is dropped
/// while `begin` is under way; whatever the next one writes on it is then never committed. So each connection is asked
/// on its return: only inside a transaction is `now()` the past. There is a deadline, because a connection that does
/// not answer must be closed and not kept.
pub(super) fn pool(mut options: ConnectOptions, size: u32, patience: Duration) -> ConnectOptions {
    const RELEASE: Duration = Duration::from_secs(1);

    options.max_connections(size).acquire_timeout(patience).sqlx_logging(false);
    options.map_sqlx_postgres_pool_opts(|pool| {
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
                tokio::time::timeout(RELEASE, clean).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
            })
        })
    });
    options
}

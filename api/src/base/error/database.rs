//! What failures of the database mean to the caller.

use sea_orm::{DbErr, SqlErr};

use super::Error;

/// `insufficient_privilege`, `disk_full`, and `read_only_sql_transaction` of PostgreSQL.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
const DISK_FULL: &str = "53100";
const READ_ONLY_TRANSACTION: &str = "25006";

/// Connection exceptions, transactions that got in each other's way, insufficient resources, operator intervention such as a
/// shutdown or a timeout, locks that were not to be had.
const AWAY: [&str; 6] = ["08", "40001", "40P01", "53", "57", "55P03"];

impl Error {
    /// The same as the answer to a write, where some failures of the database mean more than elsewhere.
    pub(crate) fn of_write(self) -> Self {
        let state = if let Self::Unavailable(cause) | Self::Internal(cause) = &self {
            cause.downcast_ref().and_then(code)
        } else {
            None
        };
        match (state.as_deref(), self) {
            (Some(INSUFFICIENT_PRIVILEGE), Self::Unavailable(cause) | Self::Internal(cause)) => {
                Self::NotPermitted(cause)
            }
            (Some(DISK_FULL), Self::Unavailable(cause) | Self::Internal(cause)) => Self::Full(cause),
            (_, error) => error,
        }
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Taken(vec![]),
            _ if code(&error).as_deref() == Some(READ_ONLY_TRANSACTION) => Self::Unwritable(error.into()),
            _ if is_away(&error) => Self::Unavailable(error.into()),
            _ => Self::Internal(explained(error)),
        }
    }
}

/// Names the remedy where sessions are not what they have to be.
fn explained(error: DbErr) -> anyhow::Error {
    // Prepared statements that are there already, or no longer.
    let is_pooled = matches!(code(&error).as_deref(), Some("42P05" | "26000"));
    let error = anyhow::Error::from(error);
    if is_pooled {
        error.context("behind a pooler in transaction mode, such as PgBouncer, set --pgbouncer")
    } else {
        error
    }
}

/// What sqlx says went wrong.
fn cause(error: &DbErr) -> Option<&sea_orm::sqlx::Error> {
    use sea_orm::RuntimeErr::SqlxError;
    match error {
        DbErr::Conn(SqlxError(cause)) | DbErr::Exec(SqlxError(cause)) | DbErr::Query(SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// The code (SQLSTATE) with which the database answered.
fn code(error: &DbErr) -> Option<String> {
    Some(cause(error)?.as_database_error()?.code()?.into_owned())
}

/// Did the database not answer, rather than refuse?
fn is_away(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error as Sqlx;

    let Some(cause) = cause(error) else {
        return matches!(error, DbErr::Conn(_) | DbErr::ConnectionAcquire(_));
    };
    match cause {
        Sqlx::Io(_)
        | Sqlx::Tls(_)
        | Sqlx::Protocol(_)
        | Sqlx::PoolTimedOut
        | Sqlx::PoolClosed
        | Sqlx::WorkerCrashed => true,
        Sqlx::Database(answer) => answer.code().is_some_and(|code| AWAY.iter().any(|class| code.starts_with(class))),
        _ => false,
    }
}

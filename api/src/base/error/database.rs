//! Conversion of database errors.

use sea_orm::{DbErr, SqlErr};

use super::Error;

/// SQLSTATE code of PostgreSQL for `insufficient_privilege`.
const INSUFFICIENT_PRIVILEGE: &str = "42501";
/// SQLSTATE code of PostgreSQL for `disk_full`.
const DISK_FULL: &str = "53100";
/// SQLSTATE code of PostgreSQL for `read_only_sql_transaction`.
const READ_ONLY_TRANSACTION: &str = "25006";

/// SQLSTATE codes and classes of temporary failures: connection exceptions, time limits of transactions, serialisation failures
/// and deadlocks, insufficient resources, operator intervention such as a shutdown or a timeout, errors of the operating system,
/// and locks that are not available.
const AWAY: [&str; 9] = ["08", "25P03", "25P04", "40001", "40P01", "53", "57", "58", "55P03"];

impl Error {
    /// Converts an error of a write: insufficient privileges become `NotPermitted`, and a full disk becomes `Full`.
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

/// Adds a hint about `--pgbouncer` to errors about prepared statements, which a pooler in transaction mode causes.
fn explained(error: DbErr) -> anyhow::Error {
    // Duplicate and missing prepared statements.
    let is_pooled = matches!(code(&error).as_deref(), Some("42P05" | "26000"));
    let error = anyhow::Error::from(error);
    if is_pooled {
        error.context(
            "prepared statements do not match the session; behind a pooler in transaction mode, set --pgbouncer",
        )
    } else {
        error
    }
}

/// Returns the underlying error of sqlx.
fn cause(error: &DbErr) -> Option<&sea_orm::sqlx::Error> {
    use sea_orm::RuntimeErr::SqlxError;
    match error {
        DbErr::Conn(SqlxError(cause)) | DbErr::Exec(SqlxError(cause)) | DbErr::Query(SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

/// Returns the SQLSTATE code of an error.
fn code(error: &DbErr) -> Option<String> {
    Some(cause(error)?.as_database_error()?.code()?.into_owned())
}

/// Returns whether the database is unavailable. It is available if it responded and refused the statement.
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
        // The session was not in the state that the connection expected.
        | Sqlx::BeginFailed
        | Sqlx::WorkerCrashed => true,
        Sqlx::Database(answer) => answer.code().is_some_and(|code| AWAY.iter().any(|class| code.starts_with(class))),
        _ => false,
    }
}

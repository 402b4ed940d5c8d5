//! Construction of SQL statements, and execution of those that return the row they write.

use sea_orm::{DatabaseTransaction, DbBackend, FromQueryResult, Statement, Value};

use crate::base::error::{Error, Result};

/// Returns a statement with the values of its parameters `$1`, `$2` and so on.
pub(crate) fn sql(text: &str, values: impl IntoIterator<Item = Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, text, values)
}

/// Executes a statement that writes one row, and returns the row. Fails with `Error::Internal` if no row is returned.
pub(crate) async fn written<T: FromQueryResult>(tx: &DatabaseTransaction, statement: Statement) -> Result<T> {
    let row = T::find_by_statement(statement).one(tx).await?;
    row.ok_or_else(|| Error::internal(anyhow::anyhow!("a write returned no row")))
}

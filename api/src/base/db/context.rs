//! What a request needs of the database.

use sea_orm::{DatabaseConnection, DatabaseTransaction};

use super::database::Database;
use super::version::DirectoryVersion;
use crate::base::error::{Error, Result};

/// The database, and the version of the directory that this process knows.
#[derive(Clone)]
pub struct Context {
    pub db: Database,
    pub version: DirectoryVersion,
}

impl Context {
    /// Returns the connection for reads. While the database is known not to answer, requests fail at once instead of
    /// waiting for it.
    pub(crate) fn read(&self) -> Result<&DatabaseConnection> {
        if self.version.is_away() {
            return Err(Error::Unavailable(anyhow::anyhow!("the database is away")));
        }
        Ok(self.db.connection())
    }

    /// Begins a transaction for reads whose statements all see the same state of the directory.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction> {
        self.read()?;
        self.db.snapshot().await
    }
}

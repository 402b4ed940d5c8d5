//! Database context of a request.

use sea_orm::{DatabaseConnection, DatabaseTransaction};

use super::database::Database;
use super::version::DirectoryVersion;
use crate::base::error::{Error, Result};

/// The database, and the directory version known to this process.
#[derive(Clone)]
pub struct Context {
    pub db: Database,
    pub version: DirectoryVersion,
}

impl Context {
    /// Returns the connection for reads. Fails at once while the database is known to be unavailable.
    pub(crate) fn read(&self) -> Result<&DatabaseConnection> {
        if self.version.is_away() {
            return Err(Error::Unavailable(anyhow::anyhow!("the database is away")));
        }
        Ok(self.db.connection())
    }

    /// Begins a read transaction whose statements all see the same snapshot of the directory.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction> {
        self.read()?;
        self.db.snapshot().await
    }
}

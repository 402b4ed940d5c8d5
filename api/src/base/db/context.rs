//! Context of a request: the database, and the directory version known to this process.

use super::database::Database;
use super::reads::{ReadTransaction, Reads};
use super::shares::Share;
use super::version::DirectoryVersion;
use crate::base::error::{Error, Result};

/// The database, and the directory version known to this process.
#[derive(Clone)]
pub struct Context {
    /// Open database.
    pub db: Database,
    /// Newest directory version known to this process, and the state of the database.
    pub version: DirectoryVersion,
}

impl Context {
    /// Returns the connections for reads. Fails with `Error::Unavailable` while the database is known to be unavailable, so that
    /// requests do not wait for a time limit.
    pub(crate) fn read(&self) -> Result<Reads<'_>> {
        if self.version.is_away() {
            return Err(Error::Unavailable(anyhow::anyhow!("the database is unavailable")));
        }
        Ok(self.db.connection())
    }

    /// Begins a read transaction whose statements all see the same snapshot of the directory. Fails like `read`.
    pub(crate) async fn snapshot(&self, share: Share) -> Result<ReadTransaction<'_>> {
        self.read()?;
        self.db.snapshot_with(share).await
    }
}

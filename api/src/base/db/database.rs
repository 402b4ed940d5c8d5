//! The open database with its connection pools.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Result;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::reads::{ReadPool, ReadTransaction, Reads};
use super::server::{self, PLANS, PoolPurpose, Server};
use super::settings::DatabaseSettings;
use super::shares::Share;
use super::statement::sql;
use super::write::BeforeCommit;
use crate::base::error::{self, Error};

#[cfg(feature = "embedded")]
use super::embedded;

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Database(pub(super) Arc<Open>);

/// Connection pools of an open database. The embedded database has one connection, which all of them share.
pub(super) struct Open {
    /// Connections for reads.
    pub reads: ReadPool,
    /// Connections for write transactions.
    pub writes: DatabaseConnection,
    /// Connection that polls the directory version.
    pub version: DatabaseConnection,
    /// Connections of background tasks.
    pub background: DatabaseConnection,
    /// The database server. `None` for the embedded database.
    pub server: Option<Server>,
    before_commit: OnceLock<BeforeCommit>,
    #[cfg(feature = "embedded")]
    embedded: Option<embedded::Embedded>,
}

impl Database {
    /// Opens the database that the settings name.
    ///
    /// # Errors
    ///
    /// Fails if the server cannot be reached or does not meet the requirements, or if the data directory cannot be
    /// used. The message says how to correct the problem.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self> {
        if let Some(url) = settings.database_url.as_ref().filter(|url| !url.0.is_empty()) {
            let server = Server::new(url, settings.pgbouncer)?;
            let reads = server::connect(&server, PoolPurpose::Reads(settings.pool_size)).await?;
            return Ok(Self(Arc::new(Open {
                reads: ReadPool::on_server(reads, settings.pool_size, server.pooled),
                writes: server::connect(&server, PoolPurpose::Writes).await?,
                version: server::connect(&server, PoolPurpose::Version).await?,
                background: server::connect(&server, PoolPurpose::Background).await?,
                server: Some(server),
                before_commit: OnceLock::new(),
                #[cfg(feature = "embedded")]
                embedded: None,
            })));
        }
        #[cfg(feature = "embedded")]
        {
            let (connection, embedded) = embedded::open(&settings.data_dir).await?;
            Ok(Self(Arc::new(Open {
                reads: ReadPool::shared(connection.clone()),
                writes: connection.clone(),
                version: connection.clone(),
                background: connection,
                server: None,
                before_commit: OnceLock::new(),
                embedded: Some(embedded),
            })))
        }
        #[cfg(not(feature = "embedded"))]
        anyhow::bail!("this build has no embedded database; set DATABASE_URL to a PostgreSQL server")
    }

    /// Returns the connections for reads. On a server, they are read-only.
    pub fn connection(&self) -> Reads<'_> {
        Reads::new(&self.0.reads, Share::All)
    }

    /// Begins a read transaction whose statements all see the same snapshot, and are planned for their values.
    ///
    /// # Errors
    ///
    /// Fails if the database is unavailable.
    pub async fn snapshot(&self) -> error::Result<ReadTransaction<'_>> {
        self.snapshot_with(Share::All).await
    }

    /// Begins a read transaction like `snapshot` on a share of the connections.
    pub(crate) async fn snapshot_with(&self, share: Share) -> error::Result<ReadTransaction<'_>> {
        // Behind a pooler, the pool has already begun a transaction with this isolation level.
        let isolation = if self.is_pooled() { "" } else { "set transaction isolation level repeatable read; " };
        let tx = self.0.reads.begin(share, self.0.server.as_ref().map(|server| &*server.begins)).await?;
        tx.execute_unprepared(&format!("{isolation}set local {} = '{}'", PLANS.0, PLANS.1)).await?;
        Ok(tx)
    }

    /// Returns the connection that is reserved for polling the directory version.
    pub(super) fn version(&self) -> &DatabaseConnection {
        &self.0.version
    }

    /// Returns the connections of background tasks, which do not wait for reads and writes.
    pub(crate) fn background(&self) -> &DatabaseConnection {
        &self.0.background
    }

    /// Returns whether the database is embedded, so that no other process can write to it.
    pub fn is_embedded(&self) -> bool {
        self.0.server.is_none()
    }

    /// Returns whether a pooler shares sessions between clients, so that statements may wait for a session.
    pub(crate) fn is_pooled(&self) -> bool {
        self.0.server.as_ref().is_some_and(|server| server.pooled)
    }

    /// Records whether the server responded. The pools drop connections that were open during an outage. An outage of a
    /// second cancels writes in progress and closes connections.
    pub(crate) async fn note_answer(&self, is_reachable: bool) {
        if let Some(server) = &self.0.server {
            if !is_reachable {
                self.0.reads.release();
            }
            server.note_answer(is_reachable).await;
        }
    }

    /// Returns whether new sessions accept writes and the role may write.
    pub async fn takes_writes(&self) -> error::Result<bool> {
        let row = self.0.writes.query_one_raw(sql(&format!("select {TAKES_WRITES}"), [])).await?;
        Ok(row.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
    }

    /// Sets the last step of each write with time limits. The first call counts.
    pub(crate) fn run_before_commits(&self, step: BeforeCommit) {
        let _ = self.0.before_commit.set(step);
    }

    pub(super) fn before_commit(&self) -> Option<BeforeCommit> {
        self.0.before_commit.get().copied()
    }

    /// Returns the number of SQL statements that reads have executed since the start.
    pub fn statements(&self) -> u64 {
        self.0.reads.statements()
    }

    /// Returns the number of open connections, and the number of idle connections among them.
    pub fn connections(&self) -> (u32, usize) {
        let (mut all, mut idle) = self.0.reads.connections();
        // The embedded database has one connection.
        let others = [&self.0.writes, &self.0.version, &self.0.background];
        for pool in others.iter().filter(|_| !self.is_embedded()).map(|other| other.get_postgres_connection_pool()) {
            all += pool.size();
            idle += pool.num_idle();
        }
        (all, idle)
    }

    /// Closes all connections after the statements in progress. Waits up to 5 seconds.
    ///
    /// # Errors
    ///
    /// Fails if a pool cannot be closed.
    pub async fn disconnect(&self) -> Result<()> {
        let close = async {
            self.0.reads.close().await?;
            self.0.writes.close_by_ref().await?;
            self.0.version.close_by_ref().await?;
            self.0.background.close_by_ref().await
        };
        // A database that does not respond closes the connections itself.
        Ok(tokio::time::timeout(CLOSING, close).await.unwrap_or(Ok(()))?)
    }

    /// Closes all connections, and stops the embedded database.
    ///
    /// # Errors
    ///
    /// Fails if a pool cannot be closed, or the embedded database cannot be stopped.
    pub async fn close(&self) -> Result<()> {
        self.disconnect().await?;
        #[cfg(feature = "embedded")]
        if let Some(embedded) = &self.0.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

/// SQL condition that a session accepts writes.
pub(crate) const TAKES_WRITES: &str = "not current_setting('transaction_read_only')::boolean \
    and has_table_privilege('directory_version', 'update')";

/// Time limit for closing the connections.
const CLOSING: Duration = Duration::from_secs(5);

/// Time limit for statements that have no other time limit.
const STATEMENT: Duration = Duration::from_secs(5);

/// Runs statements with a time limit, because an unreachable server never responds. Fails with `Error::Unavailable` after the
/// limit.
pub(crate) async fn in_time<T>(statements: impl Future<Output = error::Result<T>>) -> error::Result<T> {
    let late =
        |_| Error::Unavailable(anyhow::anyhow!("the database did not respond within {} seconds", STATEMENT.as_secs()));
    tokio::time::timeout(STATEMENT, statements).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

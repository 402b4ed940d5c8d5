//! The open database: its pools, and when it is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, IsolationLevel, TransactionTrait};

use super::server::{self, Server, Use};
use super::settings::DatabaseSettings;
use super::statement::sql;
use crate::base::error::{self, Error};

#[cfg(feature = "embedded")]
use super::embedded;

/// An open database; clones share it.
#[derive(Clone)]
pub struct Database(pub(super) Arc<Open>);

pub(super) struct Open {
    pub reads: DatabaseConnection,
    pub writes: DatabaseConnection,
    pub watch: DatabaseConnection,
    /// Statements that reads have asked of the database.
    statements: Arc<AtomicU64>,
    /// The server, if the database is on one.
    pub server: Option<Server>,
    #[cfg(feature = "embedded")]
    embedded: Option<embedded::Embedded>,
}

impl Database {
    /// Opens the database the settings name.
    pub async fn open(settings: &DatabaseSettings) -> Result<Self> {
        let statements = Arc::default();
        if let Some(url) = settings.database_url.as_ref().filter(|url| !url.0.is_empty()) {
            let server = Server { url: url.clone(), pooled: settings.pgbouncer, reachability: Arc::default() };
            return Ok(Self(Arc::new(Open {
                reads: counting(server::connect(&server, Use::Reads(settings.pool)).await?, &statements),
                writes: server::connect(&server, Use::Writes).await?,
                watch: server::connect(&server, Use::Watch).await?,
                statements,
                server: Some(server),
                #[cfg(feature = "embedded")]
                embedded: None,
            })));
        }
        #[cfg(feature = "embedded")]
        {
            let (connection, embedded) = embedded::open(&settings.data_dir).await?;
            let (reads, writes, watch) = (connection.clone(), connection.clone(), connection);
            let reads = counting(reads, &statements);
            Ok(Self(Arc::new(Open { reads, writes, watch, statements, server: None, embedded: Some(embedded) })))
        }
        #[cfg(not(feature = "embedded"))]
        anyhow::bail!("this build has no embedded database; name a PostgreSQL server in DATABASE_URL")
    }

    /// For reads; on a server it refuses to write.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.0.reads
    }

    /// Begins a transaction for reads whose statements all see the same state.
    pub(super) async fn snapshot(&self) -> error::Result<DatabaseTransaction> {
        // Behind a pooler, the connection is in such a transaction already.
        let isolation = (!self.is_pooled()).then_some(IsolationLevel::RepeatableRead);
        Ok(self.0.reads.begin_with_config(isolation, None).await?)
    }

    /// For background tasks, while reads and writes may be waiting for the database.
    pub fn watch(&self) -> &DatabaseConnection {
        &self.0.watch
    }

    /// Is this the only process that can write to the database?
    pub fn is_embedded(&self) -> bool {
        self.0.server.is_none()
    }

    /// Whether statements may have to wait for a session that others use.
    pub(crate) fn is_pooled(&self) -> bool {
        self.0.server.as_ref().is_some_and(|server| server.pooled)
    }

    /// Notes whether the server answered; the pools and the writes in flight act on it.
    pub(crate) fn note_answer(&self, is_reachable: bool) {
        if let Some(server) = &self.0.server {
            server.reachability.note(is_reachable);
        }
    }

    /// Whether new sessions take writes, and this role may make them.
    pub async fn takes_writes(&self) -> error::Result<bool> {
        let row = self.0.writes.query_one_raw(sql(&format!("select {TAKES_WRITES}"), [])).await?;
        Ok(row.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
    }

    /// Statements that reads have asked of the database so far.
    pub fn statements(&self) -> u64 {
        self.0.statements.load(Ordering::Relaxed)
    }

    /// Connections open, and idle among them.
    pub fn connections(&self) -> (u32, usize) {
        let pools =
            [&self.0.reads, &self.0.writes, &self.0.watch].map(DatabaseConnection::get_postgres_connection_pool);
        let count = if self.is_embedded() { 1 } else { pools.len() };
        let pools = || pools.iter().take(count);
        (pools().map(|pool| pool.size()).sum(), pools().map(|pool| pool.num_idle()).sum())
    }

    /// Closes all connections, and the embedded database cleanly.
    pub async fn close(&self) -> Result<()> {
        let close = async {
            self.0.reads.close_by_ref().await?;
            self.0.writes.close_by_ref().await?;
            self.0.watch.close_by_ref().await
        };
        if self.is_embedded() {
            close.await?;
        } else if let Ok(closed) = tokio::time::timeout(CLOSING, close).await {
            // A server that does not answer closes them by itself.
            closed?;
        }
        #[cfg(feature = "embedded")]
        if let Some(embedded) = &self.0.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

/// Whether a session takes writes, in SQL.
pub(crate) const TAKES_WRITES: &str = "not current_setting('transaction_read_only')::boolean \
    and has_table_privilege('directory_version', 'update')";

/// How long connections to a server may take to close.
const CLOSING: Duration = Duration::from_secs(5);

/// How long a read may take on whose end nothing else sets a limit.
const READ: Duration = Duration::from_secs(5);

/// Gives up a read that does not end in time: a server that is gone never answers.
pub(crate) async fn in_time<T>(read: impl Future<Output = error::Result<T>>) -> error::Result<T> {
    let late = |_| Error::Unavailable(anyhow::anyhow!("the database did not answer within {} seconds", READ.as_secs()));
    tokio::time::timeout(READ, read).await.unwrap_or_else(|elapsed| Err(late(elapsed)))
}

/// Counts the statements of a connection.
fn counting(mut connection: DatabaseConnection, statements: &Arc<AtomicU64>) -> DatabaseConnection {
    let statements = statements.clone();
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
    connection
}

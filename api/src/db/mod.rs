//! The database: embedded or on a server, its schema, and the one door for writes.

#[cfg(feature = "embedded")]
mod embedded;
mod save;
mod schema;
mod server;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use sea_orm::DatabaseConnection;

use crate::config::{Secret, Settings};

use self::server::Use;

pub use self::save::{KeyChange, Stored};
pub(crate) use self::save::{insert, upsert};
pub use self::schema::{Removal, Schema};
pub use self::write::{Pace, Write};
pub(crate) use self::write::{sql, written};

/// An open database; clones share it.
#[derive(Clone)]
pub struct Database(Arc<Open>);

struct Open {
    reads: DatabaseConnection,
    writes: DatabaseConnection,
    watch: DatabaseConnection,
    /// Statements that reads have asked of the database.
    statements: Arc<AtomicU64>,
    /// Where the server is, if it is on one.
    url: Option<Secret>,
    #[cfg(feature = "embedded")]
    embedded: Option<embedded::Embedded>,
}

impl Database {
    /// Opens the database the settings name.
    pub async fn open(settings: &Settings) -> Result<Self> {
        let statements = Arc::default();
        if let Some(url) = settings.database_url.as_ref().filter(|url| !url.0.is_empty()) {
            return Ok(Self(Arc::new(Open {
                reads: counting(server::connect(url, Use::Reads(settings.pool)).await?, &statements),
                writes: server::connect(url, Use::Writes).await?,
                watch: server::connect(url, Use::Watch).await?,
                statements,
                url: Some(url.clone()),
                #[cfg(feature = "embedded")]
                embedded: None,
            })));
        }
        #[cfg(feature = "embedded")]
        {
            let (connection, embedded) = embedded::open(&settings.data_dir).await?;
            let (reads, writes, watch) = (connection.clone(), connection.clone(), connection);
            let reads = counting(reads, &statements);
            Ok(Self(Arc::new(Open { reads, writes, watch, statements, url: None, embedded: Some(embedded) })))
        }
        #[cfg(not(feature = "embedded"))]
        anyhow::bail!("this build has no embedded database; name a PostgreSQL server in DATABASE_URL")
    }

    /// For reads; on a server it refuses to write.
    pub fn connection(&self) -> &DatabaseConnection {
        &self.0.reads
    }

    /// For looking after the database, while reads and writes may be waiting for it.
    pub fn watch(&self) -> &DatabaseConnection {
        &self.0.watch
    }

    /// Is this the only process that can write to the database?
    pub fn is_embedded(&self) -> bool {
        self.0.url.is_none()
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
        self.0.reads.close_by_ref().await?;
        self.0.writes.close_by_ref().await?;
        self.0.watch.close_by_ref().await?;
        #[cfg(feature = "embedded")]
        if let Some(embedded) = &self.0.embedded {
            embedded.stop().await?;
        }
        Ok(())
    }
}

/// Counts the statements of a connection.
fn counting(mut connection: DatabaseConnection, statements: &Arc<AtomicU64>) -> DatabaseConnection {
    let statements = statements.clone();
    connection.set_metric_callback(move |_| {
        statements.fetch_add(1, Ordering::Relaxed);
    });
    connection
}

//! Shares of the connections for reads, so that no kind of reads delays all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnAcquireErr, DbErr};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::pool::PATIENCE;

/// The connections that a read may use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Share {
    /// All connections.
    All,
    /// All connections but one of the group, for reads of a table, so that reads of a locked table leave one to other reads.
    Table(&'static str),
    /// A quarter of all connections, for searches in a table.
    Search(&'static str),
    /// A quarter of all connections, for facets of a table.
    Facets(&'static str),
    /// A quarter of all connections, for tables that are sent as a whole.
    Export(&'static str),
}

/// The permits for the connections of a pool.
pub(super) struct Permits {
    /// Permits for single statements.
    pub statements: Group,
    /// Permits for transactions, which take longer, and so do not delay single statements.
    pub transactions: Group,
    searches: Arc<Semaphore>,
    facets: Arc<Semaphore>,
    exports: Arc<Semaphore>,
}

/// The permits for one half of the connections.
pub(super) struct Group {
    connections: Semaphore,
    of_table: usize,
    tables: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
}

/// Permit for a connection.
pub(super) struct Permit<'r> {
    _connection: SemaphorePermit<'r>,
    _shares: [Option<OwnedSemaphorePermit>; 2],
}

impl Permits {
    /// Returns the permits for a number of connections, at least two.
    pub(super) fn new(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(2);
        let quarter = || Arc::new(Semaphore::new((connections / 4).max(1)));
        Self {
            statements: Group::new(connections / 2),
            transactions: Group::new(connections - connections / 2),
            searches: quarter(),
            facets: quarter(),
            exports: quarter(),
        }
    }

    /// Waits for a permit, with the time limit of the pool.
    pub(super) async fn acquire<'r>(&self, group: &'r Group, share: Share) -> Result<Permit<'r>, DbErr> {
        let (kind, table) = match share {
            Share::All => (None, None),
            Share::Table(table) => (None, Some(table)),
            Share::Search(table) => (Some(&self.searches), Some(table)),
            Share::Facets(table) => (Some(&self.facets), Some(table)),
            Share::Export(table) => (Some(&self.exports), Some(table)),
        };
        let permit = async {
            let shares = [owned(kind.cloned()).await?, owned(table.map(|table| group.table(table))).await?];
            Ok::<_, AcquireError>(Permit { _connection: group.connections.acquire().await?, _shares: shares })
        };
        let permit = tokio::time::timeout(PATIENCE, permit).await;
        permit.ok().and_then(Result::ok).ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
    }
}

async fn owned(semaphore: Option<Arc<Semaphore>>) -> Result<Option<OwnedSemaphorePermit>, AcquireError> {
    match semaphore {
        Some(semaphore) => semaphore.acquire_owned().await.map(Some),
        None => Ok(None),
    }
}

impl Group {
    fn new(connections: usize) -> Self {
        let of_table = connections.saturating_sub(1).max(1);
        Self { connections: Semaphore::new(connections), of_table, tables: Mutex::default() }
    }

    /// Returns the permits for reads of a table.
    fn table(&self, table: &'static str) -> Arc<Semaphore> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables.entry(table).or_insert_with(|| Arc::new(Semaphore::new(self.of_table))).clone()
    }
}

//! Shares of the connections for reads, so that no kind of reads delays all others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnAcquireErr, DbErr};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use super::pool::PATIENCE;

/// The connections that a read may use.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Share {
    /// All connections.
    All,
    /// Those for reads of a table: all but one, so that reads of a locked table leave one to other reads.
    Table(&'static str),
    /// Those for searches, facets, and lists that are sent as a whole: a quarter of all.
    Costly,
}

/// The permits for the connections of a pool.
pub(super) struct Permits {
    /// Permits for single statements.
    pub statements: Group,
    /// Permits for transactions, which take longer, and so do not delay single statements.
    pub transactions: Group,
    costly: Arc<Semaphore>,
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
    _share: Option<OwnedSemaphorePermit>,
}

impl Permits {
    /// Returns the permits for a number of connections, at least two.
    pub(super) fn new(connections: u32) -> Self {
        let connections = usize::try_from(connections).unwrap_or(2);
        Self {
            statements: Group::new(connections / 2),
            transactions: Group::new(connections - connections / 2),
            costly: Arc::new(Semaphore::new((connections / 4).max(1))),
        }
    }

    /// Waits for a permit, with the time limit of the pool.
    pub(super) async fn acquire<'r>(&self, group: &'r Group, share: Share) -> Result<Permit<'r>, DbErr> {
        let share = match share {
            Share::All => None,
            Share::Table(table) => Some(group.table(table)),
            Share::Costly => Some(self.costly.clone()),
        };
        let permit = async {
            let share = match share {
                Some(share) => Some(share.acquire_owned().await?),
                None => None,
            };
            Ok::<_, tokio::sync::AcquireError>(Permit {
                _connection: group.connections.acquire().await?,
                _share: share,
            })
        };
        let permit = tokio::time::timeout(PATIENCE, permit).await;
        permit.ok().and_then(Result::ok).ok_or(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))
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

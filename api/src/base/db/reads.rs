//! Connections for reads.
//!
//! The pool checks each connection on its return twice: itself, and in sqlx. The two checks cost more than the read of an
//! entry. Therefore connections for single statements stay out of the pool while there are reads.

use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use async_trait::async_trait;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::query::Query;
use sea_orm::sqlx::{self, AssertSqlSafe, Postgres};
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, RuntimeErr, Statement, TransactionTrait, Values,
};
use sea_query_sqlx::SqlxValues;

use super::begins::Begins;
use super::pool::RECENT;
use super::shares::{Group, Permit, Permits, Share};
use crate::base::error;

/// The pool for reads, and the connections of single statements.
pub(super) struct ReadPool {
    pool: DatabaseConnection,
    /// `None` for the embedded database, whose only connection is shared.
    permits: Option<Permits>,
    /// `None` for the embedded database, and behind a pooler, where each read has a transaction.
    kept: Option<Arc<Kept>>,
    /// Number of executed statements.
    statements: Arc<AtomicU64>,
}

/// Connections for single statements. Those that are not in use return to the pool after a moment.
#[derive(Default)]
struct Kept(Mutex<Idle>);

#[derive(Default)]
struct Idle {
    /// The connections with the time of their last statement, in the order of this time.
    connections: Vec<(PoolConnection<Postgres>, Instant)>,
    /// Next time at which connections return to the pool.
    sweep: Option<Instant>,
}

impl ReadPool {
    /// Returns the reads of a pool on a server with this number of connections.
    pub(super) fn on_server(pool: DatabaseConnection, connections: u32, is_pooled: bool) -> Self {
        let kept = (!is_pooled).then(Arc::default);
        Self { permits: Some(Permits::new(connections)), kept, ..Self::shared(pool) }
    }

    /// Returns the reads of a database whose only connection is shared.
    pub(super) fn shared(mut pool: DatabaseConnection) -> Self {
        let statements = Arc::<AtomicU64>::default();
        let counter = statements.clone();
        pool.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        Self { pool, permits: None, kept: None, statements }
    }

    /// Returns the number of statements that have been executed.
    pub(super) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Returns the number of connections, and the number of idle connections among them.
    pub(super) fn connections(&self) -> (u32, usize) {
        let pool = self.pool.get_postgres_connection_pool();
        let kept = self.kept.as_ref().map_or(0, |kept| kept.lock().connections.len());
        (pool.size(), pool.num_idle() + kept)
    }

    /// Begins a read transaction, and notes its `begin` statement.
    pub(super) async fn begin(&self, share: Share, begins: Option<&Begins>) -> Result<ReadTransaction<'_>, DbErr> {
        let permit = self.permit(|permits| &permits.transactions, share).await?;
        let begin = begins.map(Begins::start);
        let transaction = self.pool.begin_with_config(None, None).await?;
        if let Some(begin) = begin {
            begin.succeeded();
        }
        Ok(ReadTransaction { transaction, _permit: permit })
    }

    /// Returns the idle connections of single statements to the pool, which checks them.
    pub(super) fn release(&self) {
        if let Some(kept) = &self.kept {
            let idle = std::mem::take(&mut kept.lock().connections);
            drop(idle);
        }
    }

    /// Closes the pool.
    pub(super) async fn close(&self) -> Result<(), DbErr> {
        let close = self.pool.close_by_ref();
        self.release();
        close.await
    }

    /// Waits for a permit of a group. `None` if the pool has no permits.
    async fn permit(&self, group: fn(&Permits) -> &Group, share: Share) -> Result<Option<Permit<'_>>, DbErr> {
        match &self.permits {
            Some(permits) => permits.acquire(group(permits), share).await.map(Some),
            None => Ok(None),
        }
    }

    /// Returns a connection for a single statement. `None` if the pool itself executes it.
    async fn acquire(&self) -> Result<Option<Lease<'_>>, DbErr> {
        let Some(kept) = &self.kept else { return Ok(None) };
        let connection = match kept.take() {
            Some(connection) => connection,
            None => self.pool.get_postgres_connection_pool().acquire().await.map_err(not_acquired)?,
        };
        self.statements.fetch_add(1, Ordering::Relaxed);
        Ok(Some(Lease { pool: self, kept, connection }))
    }
}

/// The connections for the reads of a request.
#[derive(Clone, Copy)]
pub struct Reads<'r> {
    pool: &'r ReadPool,
    share: Share,
}

impl<'r> Reads<'r> {
    pub(super) fn new(pool: &'r ReadPool, share: Share) -> Self {
        Self { pool, share }
    }

    /// Returns the pool itself.
    pub(crate) fn pool(self) -> &'r DatabaseConnection {
        &self.pool.pool
    }

    /// Waits for the permit of a single statement.
    async fn permit(&self) -> Result<Option<Permit<'r>>, DbErr> {
        self.pool.permit(|permits| &permits.statements, self.share).await
    }

    /// Returns the connections for reads that use another share of them.
    pub(crate) fn with(self, share: Share) -> Self {
        Self { share, ..self }
    }
}

/// A read transaction.
pub struct ReadTransaction<'r> {
    transaction: DatabaseTransaction,
    _permit: Option<Permit<'r>>,
}

impl Deref for ReadTransaction<'_> {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.transaction
    }
}

impl ReadTransaction<'_> {
    /// Commits the transaction.
    ///
    /// # Errors
    ///
    /// Fails if the database is unavailable.
    pub async fn commit(self) -> error::Result<()> {
        Ok(self.transaction.commit().await?)
    }
}

/// A connection during a single statement.
struct Lease<'r> {
    pool: &'r ReadPool,
    kept: &'r Arc<Kept>,
    connection: PoolConnection<Postgres>,
}

impl Lease<'_> {
    /// Keeps the connection if the statement succeeded. Otherwise it returns to the pool, which checks it.
    fn end<T>(self, result: sqlx::Result<T>) -> Result<T, DbErr> {
        if result.is_ok() && !self.pool.pool.get_postgres_connection_pool().is_closed() {
            self.kept.keep(self.connection);
        }
        result.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(Arc::new(error))))
    }
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Idle> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the connection with the newest statement.
    fn take(&self) -> Option<PoolConnection<Postgres>> {
        let newest = self.lock().connections.pop();
        newest.filter(|(_, used)| used.elapsed() < RECENT).map(|(connection, _)| connection)
    }

    fn keep(self: &Arc<Self>, connection: PoolConnection<Postgres>) {
        let (mut idle, now) = (self.lock(), Instant::now());
        idle.connections.push((connection, now));
        // A sweep that is late has ended with its worker.
        if idle.sweep.is_none_or(|sweep| sweep + RECENT < now) {
            idle.sweep = Some(now + RECENT);
            tokio::spawn(sweep(Arc::downgrade(self)));
        }
    }

    /// Returns the connections without a recent statement to the pool. Returns whether others remain.
    fn sweep(&self) -> bool {
        let (mut idle, now) = (self.lock(), Instant::now());
        let unused = idle.connections.partition_point(|(_, used)| now.duration_since(*used) >= RECENT);
        let unused: Vec<_> = idle.connections.drain(..unused).collect();
        idle.sweep = (!idle.connections.is_empty()).then_some(now + RECENT);
        let remain = idle.sweep.is_some();
        drop(idle);
        drop(unused);
        remain
    }
}

impl Drop for Kept {
    /// Closes the connections. A return to the pool would need a runtime.
    fn drop(&mut self) {
        for (connection, _) in std::mem::take(&mut self.lock().connections) {
            drop(connection.detach());
        }
    }
}

async fn sweep(kept: Weak<Kept>) {
    loop {
        tokio::time::sleep(RECENT).await;
        if !kept.upgrade().is_some_and(|kept| kept.sweep()) {
            return;
        }
    }
}

fn not_acquired(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        error => DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))),
    }
}

fn query(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = statement.values.unwrap_or_else(|| Values(vec![]));
    sqlx::query_with(AssertSqlSafe(statement.sql), SqlxValues(values))
}

#[async_trait]
impl ConnectionTrait for Reads<'_> {
    fn get_database_backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let _permit = self.permit().await?;
        self.pool.pool.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let _permit = self.permit().await?;
        self.pool.pool.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let _permit = self.permit().await?;
        let Some(mut lease) = self.pool.acquire().await? else { return self.pool.pool.query_one_raw(statement).await };
        let row = query(statement).fetch_optional(&mut *lease.connection).await;
        Ok(lease.end(row)?.map(QueryResult::from))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let _permit = self.permit().await?;
        let Some(mut lease) = self.pool.acquire().await? else { return self.pool.pool.query_all_raw(statement).await };
        let rows = query(statement).fetch_all(&mut *lease.connection).await;
        Ok(lease.end(rows)?.into_iter().map(QueryResult::from).collect())
    }
}

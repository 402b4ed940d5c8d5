//! Connection pools of a PostgreSQL server, their session settings, and detection of a pooler.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, ConnectOptions, Executor, Row};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};

use super::begins::Begins;
use super::inspect;
use super::pool::pool;
use super::reachability::{LOST, Reachability};
use super::sockets;
use crate::base::secret::Secret;

/// Setting: each statement is planned for its values. With generic plans, searches were five times slower. Reads of one statement
/// do not use it, because planning them takes longer than executing them, and writes do not, because it would also plan every
/// check of a foreign key.
pub(super) const PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");

/// Session setting: trigram similarity from which words are compared by edit distance. It is low enough to find words
/// with transposed letters.
pub(super) const SPELLING: (&str, &str) = ("pg_trgm.similarity_threshold", "0.2");

/// Session setting: statements are not compiled. For the search documents of 1000 entries, compiling the statement took 600 ms and
/// executing it 200 ms.
const COMPILATION: (&str, &str) = ("jit", "off");

/// Time limits of a session: for statements, locks and idle transactions.
const LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "5s"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "5s")];

/// Time limit of reads for locks. Only changes of the schema lock tables against reads. The connections of reads that wait longer
/// would be missing for reads of other tables.
const READ_LOCKS: (&str, &str) = ("lock_timeout", "500ms");

/// Time limit for opening the two sessions that detect a pooler.
const PATIENCE: Duration = Duration::from_secs(3);

/// Connection settings of a PostgreSQL server, and its reachability.
#[derive(Clone)]
pub(super) struct Server {
    /// Address and other options of connections, which may contain a password.
    options: PgConnectOptions,
    /// Whether a pooler such as PgBouncer runs transactions in different sessions.
    pub pooled: bool,
    /// Reachability of the server. Clones share it.
    pub reachability: Arc<Reachability>,
    /// The `begin` statements of reads. Clones share them.
    pub begins: Arc<Begins>,
}

/// Purpose of connections. Each purpose has its own pool, so that no purpose can use up the connections of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PoolPurpose {
    /// Reads, with the maximum number of connections.
    Reads(u32),
    /// Write transactions.
    Writes,
    /// Polling of the directory version and the state of the server, which must not wait for other statements.
    Version,
    /// Background tasks and health checks.
    Background,
    /// The transaction in which the schema changes.
    Migration,
}

impl PoolPurpose {
    /// Returns the maximum number of connections of the pool.
    pub(super) fn connections(self) -> u32 {
        match self {
            Self::Reads(connections) => connections,
            Self::Version | Self::Migration => 1,
            Self::Writes | Self::Background => 2,
        }
    }

    fn settings(self) -> Vec<(&'static str, &'static str)> {
        // Cursors contain times and numbers in the text format of the server.
        let settings = [("timezone", "UTC"), ("datestyle", "ISO"), ("extra_float_digits", "1"), SPELLING, COMPILATION];
        let plans = if matches!(self, Self::Reads(_) | Self::Writes) { [].as_slice() } else { [PLANS].as_slice() };
        let limits = if self == Self::Migration { [].as_slice() } else { LIMITS.as_slice() };
        let locks = if matches!(self, Self::Reads(_)) { [READ_LOCKS].as_slice() } else { [].as_slice() };
        [settings.as_slice(), plans, limits, locks].concat()
    }

    /// Returns the statements that prepare a dedicated session.
    ///
    /// Poolers refuse most settings in the startup message, so statements are used.
    pub(super) fn session(self) -> String {
        let mut settings = self.settings();
        settings.push(("default_transaction_isolation", "read committed"));
        if let Self::Reads(_) = self {
            settings.push(("default_transaction_read_only", "on"));
        }
        assignments("set", &settings)
    }

    /// Returns the statements that prepare a transaction in a shared session, after `begin`.
    ///
    /// Prepared statements are named by a counter per connection. Other clients may have left statements with the same names
    /// in the session, so all are deallocated.
    pub(super) fn transaction(self) -> String {
        // All statements of one read see the same snapshot.
        let mode = if let Self::Reads(_) = self { "repeatable read read only" } else { "read committed" };
        let settings = assignments("set local", &self.settings());
        format!("set transaction isolation level {mode}; deallocate all; {settings}")
    }
}

fn assignments(set: &str, settings: &[(&str, &str)]) -> String {
    let assignments: Vec<_> = settings.iter().map(|(name, value)| format!("{set} {name} = '{value}'")).collect();
    assignments.join("; ")
}

/// Opens a pool. Fails if the server cannot be reached or does not meet the requirements; the message says how to
/// correct it.
pub(super) async fn connect(server: &Server, purpose: PoolPurpose) -> Result<DatabaseConnection> {
    if server.pooled && purpose == PoolPurpose::Migration {
        bail!(
            "migrations need sessions of their own, which PgBouncer does not provide in transaction mode; run \
             `transferatlas migrate` without --pgbouncer, with DATABASE_URL set to the PostgreSQL server itself"
        );
    }
    if matches!(purpose, PoolPurpose::Reads(_)) && !server.pooled && shares_sessions(&server.options).await {
        bail!(
            "the address leads to a pooler that gives each transaction another session, as PgBouncer does in transaction mode; start \
             with --pgbouncer, and migrate with the address of the PostgreSQL server itself"
        );
    }
    let pool = pool(server, purpose).connect_lazy_with(server.options.clone());
    // Opened here rather than by `connect_with`, which would keep the connection without `after_release`.
    drop(pool.acquire().await.map_err(|error| anyhow!(inspect::refused(&error)))?);
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    match purpose {
        PoolPurpose::Reads(_) => inspect::server(&connection).await?,
        PoolPurpose::Migration => inspect::migration(&connection).await?,
        PoolPurpose::Writes | PoolPurpose::Version | PoolPurpose::Background => {}
    }
    Ok(connection)
}

/// Returns whether two simultaneous connections get the same session, or one connection gets several sessions.
///
/// Checked before any setting is changed, because settings of a shared session would affect other clients. Connection
/// errors are ignored here. The pool reports them.
async fn shares_sessions(options: &PgConnectOptions) -> bool {
    // A busy pooler may assign the same sessions several times by chance.
    const ROUNDS: usize = 10;
    let sessions = async {
        let (mut one, mut other) = (options.connect().await?, options.connect().await?);
        let first = [session_of(&mut one).await?, session_of(&mut other).await?];
        let mut shares = first[0] == first[1];
        for _ in 1..ROUNDS {
            shares = shares || [session_of(&mut one).await?, session_of(&mut other).await?] != first;
        }
        Ok::<_, sqlx::Error>(shares)
    };
    matches!(tokio::time::timeout(PATIENCE, sessions).await, Ok(Ok(true)))
}

async fn session_of(connection: &mut PgConnection) -> Result<i32, sqlx::Error> {
    // A raw statement, because a prepared statement could be missing in the next session.
    connection.fetch_one(sqlx::raw_sql("select pg_backend_pid()")).await?.try_get(0)
}

impl Server {
    /// Reads the address of a server. Fails if the URL is invalid.
    pub(super) fn new(url: &Secret, pooled: bool) -> Result<Self> {
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.0.starts_with(scheme));
        let options = url.0.parse::<PgConnectOptions>().ok().filter(|_| is_postgres);
        let options = options.ok_or_else(|| anyhow!(inspect::refused(&sqlx::Error::Configuration("".into()))))?;
        let options = options.application_name("transferatlas").extra_float_digits(None).disable_statement_logging();
        let options = if pooled { options.statement_cache_capacity(0) } else { options };
        Ok(Self { options, pooled, reachability: Arc::default(), begins: Arc::default() })
    }

    /// Returns the TCP port. `None` for a Unix socket.
    pub(super) fn port(&self) -> Option<u16> {
        self.options.get_socket().is_none().then(|| self.options.get_port())
    }

    /// Records whether the server responded. Closes the connections when it has not responded for a second, because some may never
    /// respond again.
    pub(super) async fn note_answer(&self, is_reachable: bool) {
        self.reachability.note(is_reachable);
        if let Some(port) = self.port().filter(|_| self.reachability.is_lost_for(LOST)) {
            sockets::shut_down(port).await;
        }
    }
}

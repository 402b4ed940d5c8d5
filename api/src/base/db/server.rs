//! A PostgreSQL server, and the pools of connections to it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, ConnectOptions, Executor, Row};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};

use super::inspect;
use super::pool::pool;
use super::reachability::Reachability;
use crate::base::secret::Secret;

/// A plan for the values at hand: one for all of them made a search five times slower here.
pub(super) const PLANS: (&str, &str) = ("plan_cache_mode", "force_custom_plan");

/// How alike two words must be to be compared letter by letter: enough for letters that have changed places.
pub(super) const SPELLING: (&str, &str) = ("pg_trgm.similarity_threshold", "0.2");

/// Limits of a session: no statement runs for long, none waits long for another, no transaction is left open.
const LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "5s"), ("lock_timeout", "1s"), ("idle_in_transaction_session_timeout", "5s")];

/// How long two sessions may take to come.
const PATIENCE: Duration = Duration::from_secs(3);

/// The address of a PostgreSQL server, and how the program connects to it.
#[derive(Clone)]
pub(super) struct Server {
    pub url: Secret,
    /// Whether a pooler such as PgBouncer gives each transaction another session.
    pub pooled: bool,
    pub reachability: Arc<Reachability>,
}

/// What connections are for. Each kind has its own, so that one cannot starve the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// So many of them.
    Reads(u32),
    Writes,
    /// What looks after the directory, whatever else is going on: one for its version and the state of the server, which must
    /// not wait, and one for background tasks.
    Watch,
    /// The transaction in which the schema changes.
    Migration,
}

impl Use {
    pub(super) fn connections(self) -> u32 {
        match self {
            Self::Reads(connections) => connections,
            Self::Migration => 1,
            Self::Writes | Self::Watch => 2,
        }
    }

    fn settings(self) -> Vec<(&'static str, &'static str)> {
        // Cursors hold times and numbers as the server writes them.
        let settings = [("timezone", "UTC"), ("datestyle", "ISO"), ("extra_float_digits", "1"), PLANS, SPELLING];
        let limits = if self == Self::Migration { [].as_slice() } else { LIMITS.as_slice() };
        [settings.as_slice(), limits].concat()
    }

    /// The statements that prepare a session of its own.
    ///
    /// They are statements because poolers refuse most settings in the startup message.
    pub(super) fn session(self) -> String {
        let mut settings = self.settings();
        settings.push(("default_transaction_isolation", "read committed"));
        if let Self::Reads(_) = self {
            settings.push(("default_transaction_read_only", "on"));
        }
        assignments("set", &settings)
    }

    /// The statements that prepare a transaction which has begun, in a session that others used before.
    ///
    /// Statements are prepared under names that count up per connection, so the names that others left are removed.
    pub(super) fn transaction(self) -> String {
        // Several statements of one read see the same state.
        let mode = if let Self::Reads(_) = self { "repeatable read read only" } else { "read committed" };
        let settings = assignments("set local", &self.settings());
        format!("set transaction isolation level {mode}; deallocate all; {settings}")
    }
}

fn assignments(set: &str, settings: &[(&str, &str)]) -> String {
    let assignments: Vec<_> = settings.iter().map(|(name, value)| format!("{set} {name} = '{value}'")).collect();
    assignments.join("; ")
}

/// Opens a pool, and checks that the server is one the schema runs on.
pub(super) async fn connect(server: &Server, purpose: Use) -> Result<DatabaseConnection> {
    if server.pooled && purpose == Use::Migration {
        bail!(
            "migrations need sessions of their own, which PgBouncer does not give in transaction mode; run \
             `transferatlas migrate` without --pgbouncer, with the address of the PostgreSQL server itself in DATABASE_URL"
        );
    }
    let options = server.options()?;
    if matches!(purpose, Use::Reads(_)) && !server.pooled && shares_sessions(&options).await {
        bail!(
            "the address leads to a pooler that gives each transaction another session, as PgBouncer does in transaction mode; start \
             with --pgbouncer, and migrate with the address of the PostgreSQL server itself"
        );
    }
    let pool = pool(server, purpose, options.get_socket().is_none().then(|| options.get_port()));
    let pool = pool.connect_lazy_with(options);
    // Opened here rather than by `connect_with`, which would keep the connection without `after_release`.
    drop(pool.acquire().await.map_err(|error| anyhow!(inspect::refused(&error)))?);
    let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
    match purpose {
        Use::Reads(_) => inspect::server(&connection).await?,
        Use::Migration => inspect::migration(&connection).await?,
        Use::Writes | Use::Watch => {}
    }
    Ok(connection)
}

/// Whether two clients at once get the same session.
///
/// Asked before anything is set: what is set of such a session would hold for the transactions of others. Whatever keeps it from
/// being asked, the pool tells, which tries for a while.
async fn shares_sessions(options: &PgConnectOptions) -> bool {
    const SESSION: &str = "select pg_backend_pid()";
    let asked = async {
        let (mut one, mut other) = (options.connect().await?, options.connect().await?);
        let of_one: i32 = one.fetch_one(SESSION).await?.try_get(0)?;
        // A pooler that gives the first a session of its own may let the second wait.
        let of_other: i32 = other.fetch_one(SESSION).await?.try_get(0)?;
        Ok::<_, sqlx::Error>(of_one == of_other)
    };
    matches!(tokio::time::timeout(PATIENCE, asked).await, Ok(Ok(true)))
}

impl Server {
    fn options(&self) -> Result<PgConnectOptions> {
        let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| self.url.0.starts_with(scheme));
        let options = self.url.0.parse::<PgConnectOptions>().ok().filter(|_| is_postgres);
        let options = options.ok_or_else(|| anyhow!(inspect::refused(&sqlx::Error::Configuration("".into()))))?;
        let options = options.application_name("transferatlas").extra_float_digits(None).disable_statement_logging();
        Ok(if self.pooled { options.statement_cache_capacity(0) } else { options })
    }
}

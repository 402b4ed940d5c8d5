//! Every setting, with its variable, default and help.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::base::clock::Clock;

/// Where the directory lives, and how the service answers.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// PostgreSQL server to use, 15 or newer; without it the embedded database is used
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true, value_name = "URL")]
    pub database_url: Option<Secret>,

    /// Folder of the embedded database
    #[arg(long, env = "TRANSFERATLAS_DATA_DIR", default_value = "data", global = true, value_name = "DIR")]
    pub data_dir: PathBuf,

    /// Connections to the PostgreSQL server
    #[arg(long, env = "TRANSFERATLAS_POOL", default_value_t = 8, global = true, value_name = "N",
          value_parser = clap::value_parser!(u32).range(2..=200))]
    pub pool: u32,

    /// Connect through PgBouncer in transaction mode, or a pooler like it
    #[arg(long, env = "TRANSFERATLAS_PGBOUNCER", global = true)]
    pub pgbouncer: bool,

    /// File of the keys that tokens are signed and checked with; by default `keys.json` in the data folder, which the
    /// embedded database gets at its first start
    #[arg(long, env = "TRANSFERATLAS_KEYS_FILE", global = true, value_name = "FILE")]
    pub keys_file: Option<PathBuf>,

    /// Those keys themselves, as a JSON Web Key Set; give them in the variable, where nobody else sees them
    #[arg(long, env = "TRANSFERATLAS_KEYS", hide_env_values = true, global = true, value_name = "JWKS")]
    pub keys: Option<Secret>,

    /// Form of the log lines on standard error
    #[arg(long, env = "TRANSFERATLAS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty, global = true)]
    pub log_format: LogFormat,

    /// What to log: a level, or levels by module
    #[arg(long, env = "TRANSFERATLAS_LOG", default_value = "info", global = true, value_name = "FILTER")]
    pub log: String,
}

impl Settings {
    /// Does the directory live inside this process?
    pub(crate) fn is_embedded(&self) -> bool {
        self.database_url.as_ref().is_none_or(|url| url.0.is_empty())
    }
}

/// Another issuer of tokens, such as an OpenID provider, and what its claims mean here.
#[derive(Clone, Debug, Default, Args)]
pub struct Trust {
    /// Issuer whose tokens are accepted beside our own: its `iss`
    #[arg(long, global = true, env = "TRANSFERATLAS_TRUSTED_ISSUER", value_name = "ISS")]
    pub trusted_issuer: Option<String>,

    /// Its keys, a JSON Web Key Set: an address that is asked at most once a minute, or a file
    #[arg(long, global = true, env = "TRANSFERATLAS_TRUSTED_JWKS", value_name = "URL|FILE")]
    pub trusted_jwks: Option<String>,

    /// Whom its tokens must be for: their `aud`
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_AUDIENCE",
        default_value = "transferatlas",
        value_name = "AUD"
    )]
    pub trusted_audience: String,

    /// Its claim that tells what somebody may do; a dot goes into it, as in `realm_access.roles`
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_SCOPES_CLAIM",
        default_value = "scope",
        value_name = "CLAIM"
    )]
    pub trusted_scopes_claim: String,

    /// What a value of that claim gives: a role or a scope of ours; repeat or separate by commas
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_SCOPES",
        value_delimiter = ',',
        value_name = "VALUE=ROLE|SCOPE"
    )]
    pub trusted_scopes: Vec<String>,

    /// Its claim that lists municipalities somebody acts for, by official key
    #[arg(
        long,
        global = true,
        env = "TRANSFERATLAS_TRUSTED_MUNICIPALITIES_CLAIM",
        default_value = "municipalities",
        value_name = "CLAIM"
    )]
    pub trusted_municipalities_claim: String,
}

/// How the HTTP server runs.
#[derive(Clone, Debug, Args)]
pub struct Listen {
    /// Address to listen on
    #[arg(long, global = true, env = "TRANSFERATLAS_HOST", default_value = "127.0.0.1")]
    pub host: String,

    /// Port to listen on; 0 takes a free one, which the log names
    #[arg(long, global = true, env = "TRANSFERATLAS_PORT", default_value_t = 8080)]
    pub port: u16,

    /// Bring the schema of the PostgreSQL server up to date before serving
    #[arg(long, global = true, env = "TRANSFERATLAS_MIGRATE")]
    pub migrate: bool,

    /// Threads that answer requests; by default one for each processor
    #[arg(long, global = true, env = "TRANSFERATLAS_WORKERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: Option<u16>,

    /// Connections held at most; by default what the limit of open files bears
    #[arg(long, global = true, env = "TRANSFERATLAS_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,

    /// Seconds a quiet connection stays open; behind a load balancer, longer than its own
    #[arg(long, global = true, env = "TRANSFERATLAS_KEEP_ALIVE", default_value_t = 5, value_name = "SECONDS")]
    pub keep_alive: u64,

    /// Seconds in which `ready` says no before the listener closes, for a load balancer to notice
    #[arg(long, global = true, env = "TRANSFERATLAS_DRAIN", default_value_t = 0, value_name = "SECONDS")]
    pub drain: u64,

    /// Seconds that requests in flight have to finish once the listener is closed
    #[arg(long, global = true, env = "TRANSFERATLAS_GRACE", default_value_t = 25, value_name = "SECONDS")]
    pub grace: u64,

    /// Site whose pages may write, by its origin such as `https://front.example`; repeat or separate by commas
    #[arg(long, global = true, env = "TRANSFERATLAS_WRITE_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub write_origins: Vec<String>,

    /// Let webhooks lead to private and local addresses, and without encryption; for trials, and for networks of one's own.
    /// Of several instances on one database, those without it leave such webhooks to the others
    #[arg(long, global = true, env = "TRANSFERATLAS_WEBHOOK_PRIVATE")]
    pub webhook_private: bool,

    /// Mebibytes of answers kept in memory
    #[arg(long, global = true, env = "TRANSFERATLAS_MEMORY", default_value_t = 64, value_name = "MIB")]
    pub memory: u64,

    #[command(flatten)]
    pub trust: Trust,

    #[arg(skip)]
    pub clock: Clock,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

/// A setting that no log and no message shows.
#[derive(Clone)]
pub struct Secret(pub String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

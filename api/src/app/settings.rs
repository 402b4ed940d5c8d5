//! Every setting, with its variable, default and help.

use clap::{Args, ValueEnum};

use crate::auth::{KeySettings, Trust};
use crate::base::clock::Clock;
use crate::base::db::DatabaseSettings;

/// Where the directory lives, and how the service answers.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    #[command(flatten)]
    pub database: DatabaseSettings,

    #[command(flatten)]
    pub keys: KeySettings,

    /// Form of the log lines on standard error
    #[arg(long, env = "TRANSFERATLAS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty, global = true)]
    pub log_format: LogFormat,

    /// What to log: a level, or levels by module
    #[arg(long, env = "TRANSFERATLAS_LOG", default_value = "info", global = true, value_name = "FILTER")]
    pub log: String,
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

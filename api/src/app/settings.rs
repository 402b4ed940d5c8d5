//! Settings, with their environment variables, defaults and help texts.

use clap::{Args, ValueEnum};

use crate::auth::{KeySettings, Trust};
use crate::base::clock::Clock;
use crate::base::db::DatabaseSettings;
pub use crate::base::public_url::PublicUrl;
pub use crate::http::{HttpSettings, RateLimiting, RateSettings};
pub use crate::services::webhooks::WebhookSettings;

/// Settings that several commands use.
#[derive(Clone, Debug, Args)]
pub struct Settings {
    /// Settings of the database.
    #[command(flatten)]
    pub database: DatabaseSettings,

    /// Settings of the token signing keys.
    #[command(flatten)]
    pub keys: KeySettings,

    /// Format of the log on standard error
    #[arg(long, env = "TRANSFERATLAS_LOG_FORMAT", value_enum, default_value_t = LogFormat::Pretty, global = true)]
    pub log_format: LogFormat,

    /// Log filter: a level, or levels by module, such as `info,api=debug`
    #[arg(long, env = "TRANSFERATLAS_LOG", default_value = "info", global = true, value_name = "FILTER")]
    pub log: String,
}

/// Settings of the HTTP server.
#[derive(Clone, Debug, Args)]
pub struct Listen {
    /// Host name or IP address to listen on, such as `0.0.0.0` or `[::1]`
    #[arg(long, env = "TRANSFERATLAS_HOST", default_value = "127.0.0.1", value_parser = host)]
    pub host: String,

    /// Port to listen on. 0 chooses a free port, which the log shows
    #[arg(long, env = "TRANSFERATLAS_PORT", default_value_t = 8080)]
    pub port: u16,

    /// Migrate the schema of the PostgreSQL server before serving. The embedded database is always migrated
    #[arg(long, env = "TRANSFERATLAS_MIGRATE")]
    pub migrate: bool,

    /// Number of worker threads, 1 to 256. Defaults to the number of processors
    #[arg(long, env = "TRANSFERATLAS_WORKERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub workers: Option<u16>,

    /// Maximum number of open client connections. Defaults to two fifths of the limit on open files
    #[arg(long, env = "TRANSFERATLAS_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,

    /// Milliseconds after which a search ends with the entries found until then. Applies to PostgreSQL servers
    #[arg(long, env = "TRANSFERATLAS_SEARCH_BUDGET_MS", default_value_t = 300, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(10..=5000))]
    pub search_budget_ms: u64,

    /// Seconds until an idle connection is closed. Must exceed the idle timeout of a load balancer
    #[arg(long, env = "TRANSFERATLAS_KEEP_ALIVE_SECONDS", default_value_t = 5, value_name = "SECONDS")]
    pub keep_alive_seconds: u64,

    /// Seconds that `/health/ready` responds with 503 on shutdown before the listener closes, so that load balancers
    /// stop sending requests
    #[arg(long, env = "TRANSFERATLAS_DRAIN_SECONDS", default_value_t = 0, value_name = "SECONDS")]
    pub drain_seconds: u64,

    /// Seconds for requests in progress to complete after the listener is closed
    #[arg(long, env = "TRANSFERATLAS_GRACE_SECONDS", default_value_t = 25, value_name = "SECONDS")]
    pub grace_seconds: u64,

    /// Settings of HTTP requests and responses.
    #[command(flatten)]
    pub http: HttpSettings,

    /// Settings of webhooks.
    #[command(flatten)]
    pub webhooks: WebhookSettings,

    /// Settings of the trusted issuer of tokens.
    #[command(flatten)]
    pub trust: Trust,

    /// Clock of the service, which tests can set. Not a command-line argument.
    #[arg(skip)]
    pub clock: Clock,
}

/// Returns a host name or address, without the brackets of an `IPv6` address. Fails for other text in brackets.
fn host(text: &str) -> Result<String, &'static str> {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(address) if address.contains(':') => Ok(address.to_owned()),
        Some(_) => Err("only an IPv6 address may be in brackets"),
        None => Ok(text.to_owned()),
    }
}

/// Format of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Human-readable text
    Pretty,
    /// One JSON object per line
    Json,
}

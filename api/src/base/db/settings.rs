//! Command-line settings of the database.

use std::path::PathBuf;

use clap::Args;

use crate::base::secret::Secret;

/// Settings of the database.
#[derive(Clone, Debug, Args)]
pub struct DatabaseSettings {
    /// URL of a PostgreSQL server, version 15 or newer. Defaults to the embedded database
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true, value_name = "URL")]
    pub database_url: Option<Secret>,

    /// Data directory of the embedded database
    #[arg(long, env = "TRANSFERATLAS_DATA_DIR", default_value = "data", global = true, value_name = "DIR")]
    pub data_dir: PathBuf,

    /// Maximum number of connections to the PostgreSQL server for reads, 2 to 200
    #[arg(long, env = "TRANSFERATLAS_POOL_SIZE", default_value_t = 8, global = true, value_name = "N",
          value_parser = clap::value_parser!(u32).range(2..=200))]
    pub pool_size: u32,

    /// Connect through PgBouncer in transaction mode, or a similar pooler
    #[arg(long, env = "TRANSFERATLAS_PGBOUNCER", global = true)]
    pub pgbouncer: bool,
}

impl DatabaseSettings {
    /// Returns whether the embedded database is used.
    pub(crate) fn is_embedded(&self) -> bool {
        self.database_url.as_ref().is_none_or(|url| url.0.is_empty())
    }
}

//! Where the database is.

use std::path::PathBuf;

use clap::Args;

use crate::base::secret::Secret;

/// Where the database is, and how it is connected to.
#[derive(Clone, Debug, Args)]
pub struct DatabaseSettings {
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
}

impl DatabaseSettings {
    /// Does the directory live inside this process?
    pub(crate) fn is_embedded(&self) -> bool {
        self.database_url.as_ref().is_none_or(|url| url.0.is_empty())
    }
}

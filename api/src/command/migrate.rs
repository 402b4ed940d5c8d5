use anyhow::{Result, bail};
use clap::Args;

use crate::config::Settings;
use crate::db::{Database, Schema};

/// Which way the schema goes.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// Take back the newest steps, so many of them; their data is lost
    #[arg(long, value_name = "STEPS")]
    down: Option<u32>,
}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let database = Database::open(settings).await?;
        if database.schema().await? == Schema::Newer {
            bail!("the database was made by a newer version of this program; use that one");
        }
        database.migrate(self.down).await?;
        tracing::info!(schema = ?database.schema().await?, "migrated");
        database.close().await
    }
}

//! The command `check`.

use anyhow::{Result, bail};
use clap::Args;

use super::database::open;
use crate::app::representations::{Difference, check, repair};
use crate::app::settings::Settings;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Build the representations that differ again
    #[arg(long)]
    repair: bool,
}

impl Check {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let database = open(settings, false).await?;
        let differences = check(&database).await;
        let repaired = match &differences {
            Ok(differences) if self.repair => repair(&database, differences.clone()).await,
            _ => Ok(()),
        };
        database.close().await?;
        repaired?;
        let differences = differences?;
        for Difference { collection, id } in &differences {
            eprintln!("the representation of /v1/{collection}/{id} differs from the tables");
        }
        match differences.len() {
            0 => eprintln!("all representations are correct"),
            count if self.repair => eprintln!("{count} representations were built again"),
            count => bail!("{count} representations differ; run `transferatlas check --repair`"),
        }
        Ok(())
    }
}

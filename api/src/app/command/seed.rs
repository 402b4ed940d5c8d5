//! The command `seed`.

use anyhow::Result;
use clap::Args;

use super::database::open;
use crate::app::seed::{UpdateReport, release_content, update};
use crate::app::settings::Settings;

/// Arguments of `seed`.
#[derive(Debug, Args)]
pub(super) struct Seed {
    /// Show the changes without storing them
    #[arg(long)]
    dry_run: bool,
}

impl Seed {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let database = open(settings, false).await?;
        let report = update(&database, &release_content(), self.dry_run).await;
        let closed = database.close().await;
        print(&report?, if self.dry_run { "would be" } else { "were" });
        closed
    }
}

fn print(report: &UpdateReport, done: &str) {
    let UpdateReport { stored, removed, kept, .. } = report;
    eprintln!(
        "{} {done} created, {} changed, {} removed; {} unchanged",
        stored.created,
        stored.updated,
        removed.len(),
        stored.unchanged
    );
    for change in &stored.key_changes {
        eprintln!("{change}");
    }
    for entry in removed {
        eprintln!("removed: {entry}");
    }
    for entry in kept {
        eprintln!("kept: {entry}");
    }
}

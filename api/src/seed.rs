//! The directory's first content, in the program itself.

use anyhow::{Result, anyhow};

use crate::db::Database;
use crate::directory::Directory;
use crate::import::{Refused, store};
use crate::resource::Resource;
use crate::routes::RESOURCES;

/// Fills a directory that nothing was ever written to.
///
/// Must be called inside an actix system.
pub async fn fill(database: &Database) -> Result<()> {
    let directory = Directory::open(database.connection()).await?;
    if directory.version().number > 0 {
        return Ok(());
    }
    tracing::info!("the directory is empty and gets its first content");
    let read = |resource: &&Resource| {
        let (form, text) = resource.files.seed?;
        let flawed =
            |flaws: Vec<_>| anyhow!("the first content of {} is flawed: {}", resource.collection, first(&flaws));
        Some(resource.files.read(form, text).map_err(flawed))
    };
    let batches = RESOURCES.iter().filter_map(read).collect::<Result<Vec<_>>>()?;
    match store(database, &directory, batches, false, |_| {}).await {
        Ok(stored) => tracing::info!(entries = stored.created, "the directory has its first content"),
        Err(Refused::Flaws(flaws)) => return Err(anyhow!("the first content is flawed: {}", first(&flaws))),
        Err(Refused::Failed(error)) => return Err(anyhow!(error).context("the first content could not be stored")),
    }
    Ok(())
}

fn first(flaws: &[impl std::fmt::Display]) -> String {
    flaws.first().map(ToString::to_string).unwrap_or_default()
}

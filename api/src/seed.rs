//! The directory's first content, in the program itself.

use anyhow::{Result, anyhow};

use crate::change::Author;
use crate::db::Database;
use crate::directory::Directory;
use crate::import::{Refused, store};
use crate::routes::RESOURCES;

pub use crate::import::Form;

/// Fills a directory that no entry was ever written to.
///
/// Must be called inside an actix system.
pub async fn fill(database: &Database) -> Result<()> {
    let directory = Directory::open(database.connection()).await?;
    if directory.version().number > 0 {
        return Ok(());
    }
    tracing::info!("the directory is empty and gets its first content");
    let seeds = RESOURCES.iter().filter_map(|resource| Some((resource.collection, resource.files.seed?)));
    add(database, &seeds.map(|(collection, (form, text))| (collection, form, text)).collect::<Vec<_>>()).await
}

/// Adds the entries of files, each of a resource, in the order in which they refer to each other.
///
/// Must be called inside an actix system.
pub async fn add(database: &Database, files: &[(&str, Form, &str)]) -> Result<()> {
    let directory = Directory::open(database.connection()).await?;
    let read = |(collection, form, text): &(&str, Form, &str)| {
        let resource = RESOURCES.iter().find(|resource| resource.collection == *collection);
        let resource = resource.ok_or_else(|| anyhow!("there are no {collection}"))?;
        resource.files.read(*form, text).map_err(|flaws| anyhow!("the {collection} are flawed: {}", first(&flaws)))
    };
    let batches = files.iter().map(read).collect::<Result<Vec<_>>>()?;
    match store(database, &directory, batches, (Author::command("seed"), false), |_| {}).await {
        Ok(stored) => tracing::info!(entries = stored.created, "the directory has its content"),
        Err(Refused::Flaws(flaws)) => return Err(anyhow!("the content is flawed: {}", first(&flaws))),
        Err(Refused::Failed(error)) => return Err(anyhow!(error).context("the content could not be stored")),
    }
    Ok(())
}

fn first(flaws: &[impl std::fmt::Display]) -> String {
    flaws.first().map(ToString::to_string).unwrap_or_default()
}

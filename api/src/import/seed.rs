//! The directory's first content, in the program itself.

use std::collections::HashSet;

use anyhow::{Result, anyhow};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use uuid::Uuid;

use crate::app::routes::RESOURCES;
use crate::base::db::directory::Directory;
use crate::base::db::{Database, Pace, Write};
use crate::base::error::Error;
use crate::import::{Refused, store};
use crate::write::change_log::Author;

pub use crate::import::Form;

/// Fills a directory that no entry was ever written to.
///
/// Must be called inside an actix system.
pub async fn fill(database: &Database) -> Result<()> {
    let directory = Directory::open(database.connection()).await?;
    let is_filled = directory.version().number > 0;
    if is_filled && !lacks_history(database).await? {
        return Ok(());
    }
    // Whoever may only read serves what is there.
    if !database.takes_writes().await? {
        tracing::warn!("the database takes no writes; what its content lacks is not added");
        return Ok(());
    }
    if is_filled {
        return note(database, &directory).await;
    }
    tracing::info!("the directory is empty and gets its first content");
    let seeds = RESOURCES.iter().filter_map(|resource| Some((resource.collection, resource.files.seed?)));
    add(database, &seeds.map(|(collection, (form, text))| (collection, form, text)).collect::<Vec<_>>()).await
}

/// Whether there are entries from before changes were noted.
async fn lacks_history(database: &Database) -> Result<bool> {
    const UNNOTED: &str = "select exists(select from search_document d \
        where not exists (select from change c where c.entry_id = d.entry_id))";
    let unnoted = database.connection().query_one_raw(Statement::from_string(DbBackend::Postgres, UNNOTED)).await?;
    Ok(unnoted.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
}

/// Notes what is there of a directory that was filled before changes were noted: its history begins now.
async fn note(database: &Database, directory: &Directory) -> Result<()> {
    const NOTED: &str = "select distinct entry_id from change";
    let sql = |text: &str| Statement::from_string(DbBackend::Postgres, text);
    tracing::info!("the history of the directory begins");
    let author = (Author::command("migrate"), Pace::Unhurried);
    let work = async move |write: &Write| -> Result<(), Error> {
        let noted = write.tx.query_all_raw(sql(NOTED)).await?;
        let noted: Result<HashSet<Uuid>, DbErr> = noted.iter().map(|row| row.try_get_by_index(0)).collect();
        let noted = noted?;
        for resource in RESOURCES {
            (resource.files.note)(write, &noted).await?;
        }
        Ok(())
    };
    Ok(database.write(directory, author, work).await?)
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

/// Returns all entries of a collection as `import` reads them, in JSON.
pub async fn export(database: &Database, collection: &str) -> Result<String> {
    let resource = RESOURCES.iter().find(|resource| resource.collection == collection);
    let resource = resource.ok_or_else(|| anyhow!("there are no {collection}"))?;
    Ok(crate::import::export(database, resource, Form::Json).await?)
}

fn first(flaws: &[impl std::fmt::Display]) -> String {
    flaws.first().map(ToString::to_string).unwrap_or_default()
}

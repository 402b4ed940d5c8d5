//! The directory's first content, in the program itself.

use std::collections::HashSet;

use anyhow::{Result, anyhow};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use uuid::Uuid;

use super::error::ImportError;
use super::files::{Files, Storing, store};
use crate::base::db::author::Author;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, Timeouts, Write};
use crate::base::error::Error;

pub(crate) use crate::import::Form;

/// A file of entries, as text.
pub struct SourceFile<'t> {
    pub collection: &'t str,
    pub form: Form,
    pub text: &'t str,
}

/// Fills a directory that no entry was ever written to. `all` are the files of every resource, in the order in which entries refer to each
/// other.
///
/// Must be called inside an actix system.
pub(crate) async fn fill(database: &Database, all: &[&'static Files]) -> Result<()> {
    let directory = DirectoryVersion::open(database.connection()).await?;
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
        return note(database, &directory, all.to_vec()).await;
    }
    tracing::info!("the directory is empty and gets its first content");
    let seed = |files: &&'static Files| {
        let (form, text) = files.seed?;
        Some(SourceFile { collection: files.resource.collection, form, text })
    };
    add(database, all, &all.iter().filter_map(seed).collect::<Vec<_>>()).await
}

/// Whether there are entries from before changes were noted.
async fn lacks_history(database: &Database) -> Result<bool> {
    const UNNOTED: &str = "select exists(select from search_document d \
        where not exists (select from change c where c.entry_id = d.entry_id))";
    let unnoted = database.connection().query_one_raw(Statement::from_string(DbBackend::Postgres, UNNOTED)).await?;
    Ok(unnoted.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
}

/// Notes what is there of a directory that was filled before changes were noted: its history begins now.
async fn note(database: &Database, directory: &DirectoryVersion, all: Vec<&'static Files>) -> Result<()> {
    const NOTED: &str = "select distinct entry_id from change";
    let sql = |text: &str| Statement::from_string(DbBackend::Postgres, text);
    tracing::info!("the history of the directory begins");
    let author = Author::command("migrate");
    let work = async move |write: &Write| -> Result<(), Error> {
        let noted = write.tx.query_all_raw(sql(NOTED)).await?;
        let noted: Result<HashSet<Uuid>, DbErr> = noted.iter().map(|row| row.try_get_by_index(0)).collect();
        let noted = noted?;
        for files in all {
            (files.note)(write, &noted).await?;
        }
        Ok(())
    };
    Ok(database.write(directory, author, Timeouts::Disabled, work).await?)
}

/// Adds the entries of files, in the order in which they refer to each other.
///
/// Must be called inside an actix system.
pub(crate) async fn add(database: &Database, all: &[&Files], sources: &[SourceFile<'_>]) -> Result<()> {
    let directory = DirectoryVersion::open(database.connection()).await?;
    let read = |SourceFile { collection, form, text }: &SourceFile<'_>| {
        let files = all.iter().find(|files| files.resource.collection == *collection);
        let files = files.ok_or_else(|| anyhow!("there are no {collection}"))?;
        files.read(*form, text).map_err(|flaws| anyhow!("the {collection} are flawed: {}", first(&flaws)))
    };
    let batches = sources.iter().map(read).collect::<Result<Vec<_>>>()?;
    let how = Storing { author: Author::command("seed"), is_rehearsal: false };
    match store(database, &directory, batches, how, |_| {}).await {
        Ok(stored) => tracing::info!(entries = stored.created, "the directory has its content"),
        Err(ImportError::Flaws(flaws)) => return Err(anyhow!("the content is flawed: {}", first(&flaws))),
        Err(ImportError::Failed(error)) => return Err(anyhow!(error).context("the content could not be stored")),
    }
    Ok(())
}

fn first(flaws: &[impl std::fmt::Display]) -> String {
    flaws.first().map(ToString::to_string).unwrap_or_default()
}

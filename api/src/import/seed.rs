//! The content that the program brings along: the first one of a directory, and what later releases change.

use std::collections::HashSet;

use anyhow::{Context, Result, anyhow, bail};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use uuid::Uuid;

use super::baseline::COMMAND;
use super::error::ImportError;
use super::files::{Files, ParsedFile, Storing, store};
use super::report::UpdateReport;
use super::retire::{FormerKeys, RetiredKeys};
use super::update::{self, Content, Retirement};
use crate::base::db::author::Author;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, Timeouts, Write};
use crate::base::error::Error;

pub(crate) use crate::import::Form;

/// A file of entries, as text.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'t> {
    pub collection: &'t str,
    pub form: Form,
    pub text: &'t str,
}

/// A file of former official keys: a JSON array of objects with the official key, `name` and, where one is known, `successor`.
#[derive(Clone, Copy, Debug)]
pub struct FormerKeysFile<'t> {
    pub collection: &'t str,
    /// The day of the register that no longer holds them.
    pub as_of: &'t str,
    pub json: &'t str,
}

/// The files of a release.
#[derive(Clone, Debug)]
pub struct ReleaseContent<'t> {
    /// In the order in which entries refer to each other.
    pub entries: Vec<SourceFile<'t>>,
    pub former_keys: Vec<FormerKeysFile<'t>>,
}

impl ReleaseContent<'static> {
    /// Returns the content that comes with the files of resources.
    pub(crate) fn of(all: &[&'static Files]) -> Self {
        let entries = |files: &&'static Files| {
            let (form, text) = files.seed?;
            Some(SourceFile { collection: files.resource.collection, form, text })
        };
        let former_keys = |files: &&'static Files| {
            let FormerKeys { as_of, json } = files.former_keys.as_ref()?;
            Some(FormerKeysFile { collection: files.resource.collection, as_of, json })
        };
        Self {
            entries: all.iter().filter_map(entries).collect(),
            former_keys: all.iter().filter_map(former_keys).collect(),
        }
    }
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
    let report = update(database, all, &ReleaseContent::of(all), false).await?;
    tracing::info!(entries = report.stored.created, "the directory has its content");
    Ok(())
}

/// Brings a directory to the content of a release. What was changed in the directory since an earlier release stays, and the
/// report lists it. A rehearsal stores nothing. `all` are the files of every resource.
///
/// Must be called inside an actix system.
pub(crate) async fn update(
    database: &Database,
    all: &[&'static Files],
    content: &ReleaseContent<'_>,
    is_rehearsal: bool,
) -> Result<UpdateReport> {
    let directory = DirectoryVersion::open(database.connection()).await?;
    let retirement = |file: &FormerKeysFile<'_>| {
        let files = of_collection(all, file.collection)?;
        let keys = RetiredKeys::read(files.resource, file.as_of, file.json);
        let keys = keys.with_context(|| format!("the former keys of {} are flawed", file.collection))?;
        Ok(Retirement { files, keys })
    };
    let content = Content {
        batches: content.entries.iter().map(|file| read(all, file)).collect::<Result<_>>()?,
        retirements: content.former_keys.iter().map(retirement).collect::<Result<_>>()?,
    };
    match update::update(database, &directory, content, is_rehearsal).await {
        Ok(report) => Ok(report),
        Err(ImportError::Flaws(flaws)) => {
            let flaws: Vec<String> = flaws.iter().map(ToString::to_string).collect();
            bail!("nothing was stored; {} things need another look:\n  {}", flaws.len(), flaws.join("\n  "))
        }
        Err(ImportError::Failed(error)) => Err(anyhow!(error).context("the content could not be stored")),
    }
}

fn of_collection(all: &[&'static Files], collection: &str) -> Result<&'static Files> {
    let files = all.iter().copied().find(|files| files.resource.collection == collection);
    files.ok_or_else(|| anyhow!("there are no {collection}"))
}

fn read(all: &[&'static Files], file: &SourceFile<'_>) -> Result<ParsedFile> {
    let SourceFile { collection, form, text } = *file;
    let batch = of_collection(all, collection)?.read(form, text);
    batch.map_err(|flaws| anyhow!("the {collection} are flawed: {}", first(&flaws)))
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
pub(crate) async fn add(database: &Database, all: &[&'static Files], sources: &[SourceFile<'_>]) -> Result<()> {
    let directory = DirectoryVersion::open(database.connection()).await?;
    let batches = sources.iter().map(|file| read(all, file)).collect::<Result<Vec<_>>>()?;
    let how = Storing { author: Author::command(COMMAND), is_rehearsal: false };
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

//! Content of releases: filling an empty directory, and updating a directory to a later release.

use std::collections::HashSet;

use anyhow::{Context, Result, anyhow};
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::baseline::COMMAND;
use super::error::ImportError;
use super::files::{Files, ParsedFile, Storing, store};
use super::report::UpdateReport;
use super::retire::{FormerKeys, RetiredKeys};
use super::update::{self, Content, Retirement};
use crate::base::db::author::Author;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, Timeouts, Write, sql};
use crate::base::error::Error;

pub(crate) use crate::import::Form;

/// A file of entries.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'t> {
    /// Name of the resource as used in paths.
    pub collection: &'t str,
    /// Format of the file.
    pub form: Form,
    /// Content of the file.
    pub text: &'t str,
}

/// A file of retired keys.
#[derive(Clone, Copy, Debug)]
pub struct FormerKeysFile<'t> {
    /// Name of the resource as used in paths.
    pub collection: &'t str,
    /// Date of the first register without the keys, as `YYYY-MM-DD`.
    pub as_of: &'t str,
    /// JSON array of objects with the official key, `name`, and optionally `successor`.
    pub json: &'t str,
}

/// The files of a release.
#[derive(Clone, Debug)]
pub struct ReleaseContent<'t> {
    /// Files of entries. A file comes after those that its entries refer to.
    pub entries: Vec<SourceFile<'t>>,
    /// Files of retired keys.
    pub former_keys: Vec<FormerKeysFile<'t>>,
}

impl ReleaseContent<'static> {
    /// Returns the content of this release.
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

/// Fills an empty directory with the content of this release. `all` are the file formats of all resources; a resource comes
/// after those that its entries refer to. If the directory was filled before changes were recorded, records its entries as
/// the start of the history. Does nothing if the database accepts no writes.
///
/// Must be called inside an actix system.
pub(crate) async fn fill(database: &Database, all: &[&'static Files]) -> Result<()> {
    let directory = DirectoryVersion::open(&database.connection()).await?;
    let is_filled = directory.version().number > 0;
    if is_filled && !lacks_history(database).await? {
        return Ok(());
    }
    // A standby or a role without write access can still serve the existing content.
    if !database.takes_writes().await? {
        tracing::warn!(
            "the database accepts no writes, so missing content is not added; use a role with write access to add it"
        );
        return Ok(());
    }
    if is_filled {
        return note(database, &directory, all.to_vec()).await;
    }
    tracing::info!("filling the empty directory with the content of this release");
    let report = update(database, all, &ReleaseContent::of(all), false).await?;
    tracing::info!(entries = report.stored.created, "filled the directory");
    Ok(())
}

/// Updates a directory to the content of a release. Keeps entries that were changed in the directory since an earlier
/// release, and lists them in the report. With `is_rehearsal`, stores nothing. `all` are the file formats of all
/// resources. Fails if a file is invalid.
///
/// Must be called inside an actix system.
pub(crate) async fn update(
    database: &Database,
    all: &[&'static Files],
    content: &ReleaseContent<'_>,
    is_rehearsal: bool,
) -> Result<UpdateReport> {
    let directory = DirectoryVersion::open(&database.connection()).await?;
    let retirement = |file: &FormerKeysFile<'_>| {
        let files = of_collection(all, file.collection)?;
        let keys = RetiredKeys::read(files.resource, file.as_of, file.json);
        let keys = keys.with_context(|| format!("the file with former keys of {} is invalid", file.collection))?;
        Ok(Retirement { files, keys })
    };
    let content = Content {
        batches: content.entries.iter().map(|file| read(all, file)).collect::<Result<_>>()?,
        retirements: content.former_keys.iter().map(retirement).collect::<Result<_>>()?,
    };
    Ok(update::update(database, &directory, content, is_rehearsal).await?)
}

fn of_collection(all: &[&'static Files], collection: &str) -> Result<&'static Files> {
    let files = all.iter().copied().find(|files| files.resource.collection == collection);
    files.ok_or_else(|| anyhow!("there is no resource `{collection}`"))
}

fn read(all: &[&'static Files], file: &SourceFile<'_>) -> Result<ParsedFile> {
    let SourceFile { collection, form, text } = *file;
    let files = of_collection(all, collection)?;
    let batch = files.read(form, text).and_then(ParsedFile::into_valid);
    batch.map_err(|error| match error {
        ImportError::Lines(line_errors) => anyhow!("the file with {collection} is invalid: {}", first(&line_errors)),
        ImportError::Failed(error) => anyhow!(error).context(format!("the file with {collection} could not be read")),
    })
}

/// Returns whether there are entries without a recorded change.
async fn lacks_history(database: &Database) -> Result<bool> {
    const UNNOTED: &str = "select exists(select from search_document d \
        where not exists (select from change c where c.entry_id = d.entry_id))";
    let unnoted = database.connection().query_one_raw(sql(UNNOTED, [])).await?;
    Ok(unnoted.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
}

/// Records the current entries of a directory that was filled before changes were recorded.
async fn note(database: &Database, directory: &DirectoryVersion, all: Vec<&'static Files>) -> Result<()> {
    const NOTED: &str = "select distinct entry_id from change";
    tracing::info!("starting the history of the directory");
    let author = Author::command("migrate");
    let work = async move |write: &Write| -> Result<(), Error> {
        let noted = write.tx.query_all_raw(sql(NOTED, [])).await?;
        let noted: Result<HashSet<Uuid>, DbErr> = noted.iter().map(|row| row.try_get_by_index(0)).collect();
        let noted = noted?;
        for files in all {
            (files.note)(write, &noted).await?;
        }
        Ok(())
    };
    Ok(database.write(directory, author, Timeouts::Disabled, work).await?)
}

/// Adds the entries of files. A file comes after those that its entries refer to. Fails with the first error of the
/// files, and then stores nothing.
///
/// Must be called inside an actix system.
pub(crate) async fn add(database: &Database, all: &[&'static Files], sources: &[SourceFile<'_>]) -> Result<()> {
    let directory = DirectoryVersion::open(&database.connection()).await?;
    let batches = sources.iter().map(|file| read(all, file)).collect::<Result<Vec<_>>>()?;
    let how = Storing { author: Author::command(COMMAND), is_rehearsal: false };
    match store(database, &directory, batches, how, |_| {}).await {
        Ok(stored) => tracing::info!(entries = stored.created, "filled the directory"),
        Err(ImportError::Lines(line_errors)) => return Err(anyhow!("the content is invalid: {}", first(&line_errors))),
        Err(ImportError::Failed(error)) => return Err(anyhow!(error).context("the content could not be stored")),
    }
    Ok(())
}

fn first(line_errors: &[impl std::fmt::Display]) -> String {
    line_errors.first().map(ToString::to_string).unwrap_or_default()
}

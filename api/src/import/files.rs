//! Import of files of entries. A file is read and validated completely before any entry is stored.

use std::collections::HashSet;
use std::fmt;

use anyhow::bail;
use futures_util::future::LocalBoxFuture;
use sea_orm::DatabaseTransaction;
use serde_json::Value;
use uuid::Uuid;

use super::entries::{Entries, FileText, read};
use super::error::{ImportError, Stopped};
use super::export::each;
use super::form::Form;
use super::report::UpdateReport;
use super::retire::{FormerKeys, RetiredKeys, retire};
use super::table::{Column, Columns};
use crate::base::db::author::Author;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, ImportSummary, Timeouts, Write};
use crate::base::error::Result;
use crate::http::format::Record;
use crate::model::catalog::Resource;
use crate::write::input::Input;
use crate::write::store::record_existing;

/// Functions and data for files of a resource.
pub(crate) struct Files {
    pub resource: &'static Resource,
    /// Columns in CSV. `None` for resources whose entries contain lists.
    pub table: Option<&'static [Column]>,
    /// Paths of the columns of the API's CSV format.
    shown: &'static [&'static str],
    /// Content of this release and its format, if there is any.
    pub seed: Option<(Form, &'static str)>,
    /// Retired keys of this release, if there are any.
    pub former_keys: Option<FormerKeys>,
    read: fn(&FileText<'_>) -> Result<Box<dyn Entries>>,
    /// Records retired keys, and removes the entries that still have them.
    pub retire: for<'a> fn(&'a Write, &'a RetiredKeys) -> LocalBoxFuture<'a, Result<UpdateReport>>,
    /// Records the current state of entries without a recorded change.
    pub note: for<'a> fn(&'a Write, &'a HashSet<Uuid>) -> LocalBoxFuture<'a, Result<()>>,
    /// Calls a function with the input of each entry, as JSON.
    pub each: EachEntry,
}

/// Calls a function with the input of each entry of a resource.
type EachEntry = for<'a> fn(
    &'a DatabaseTransaction,
    &'a mut dyn FnMut(&Value) -> anyhow::Result<()>,
) -> LocalBoxFuture<'a, anyhow::Result<()>>;

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.resource.fmt(f)
    }
}

impl Files {
    pub(crate) const fn of<T: Input>(seed: Option<(Form, &'static str)>) -> Self {
        Self {
            resource: T::RESOURCE,
            table: None,
            shown: T::View::COLUMNS,
            seed,
            former_keys: None,
            read: |file| Ok(Box::new(read::<T>(file)?)),
            retire: |write, keys| Box::pin(retire::<T>(write, keys)),
            note: |write, noted| Box::pin(record_existing::<T>(write, noted)),
            each: |db, write| Box::pin(each::<T>(db, write)),
        }
    }

    pub(crate) const fn with_table(self, columns: &'static [Column]) -> Self {
        Self { table: Some(columns), ..self }
    }

    pub(crate) const fn with_former_keys(self, former_keys: FormerKeys) -> Self {
        Self { former_keys: Some(former_keys), ..self }
    }

    /// Fails for CSV if the entries contain lists, which do not fit into a table.
    pub(crate) fn require(&self, form: Form) -> anyhow::Result<()> {
        let collection = self.resource.collection;
        if form == Form::Csv && self.table.is_none() {
            bail!("{collection} contain lists and do not fit into a table; use JSON or NDJSON")
        }
        Ok(())
    }

    /// Reads a file. Fails if it has no readable row.
    pub(crate) fn read(&self, form: Form, text: &str) -> Result<ParsedFile, ImportError> {
        // Some spreadsheets and editors write a byte order mark, which is not part of the content.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let columns = Columns { imported: self.table.unwrap_or_default(), shown: self.shown };
        let entries = (self.read)(&FileText { form, text, columns })?;
        let line_errors = if entries.len() == 0 { entries.line_errors() } else { vec![] };
        if line_errors.is_empty() { Ok(ParsedFile(entries)) } else { Err(ImportError::Lines(line_errors)) }
    }
}

/// The entries of a file. Their references are not resolved yet.
pub(crate) struct ParsedFile(pub(super) Box<dyn Entries>);

impl ParsedFile {
    /// Returns the number of rows.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Fails with the errors that can be found without the directory, if there are any.
    pub(super) fn into_valid(self) -> Result<Self, ImportError> {
        let line_errors = self.0.line_errors();
        if line_errors.is_empty() { Ok(self) } else { Err(ImportError::Lines(line_errors)) }
    }
}

/// Author of an import, and whether the import is a dry run (`is_rehearsal`), which stores nothing.
pub(crate) struct Storing {
    pub author: Author,
    pub is_rehearsal: bool,
}

/// Stores batches in their order in one transaction: all of them or none. Fails with all errors of the first invalid batch.
/// Calls `progress` with the size of each stored part.
pub(crate) async fn store(
    database: &Database,
    directory: &DirectoryVersion,
    batches: Vec<ParsedFile>,
    how: Storing,
    progress: impl Fn(usize) + 'static,
) -> Result<ImportSummary, ImportError> {
    let Storing { author, is_rehearsal } = how;
    let work = async move |write: &Write| {
        let mut all = ImportSummary::default();
        for batch in batches {
            let line_errors = batch.0.check(write).await?;
            if !line_errors.is_empty() {
                return Err(Stopped::ImportError(ImportError::Lines(line_errors)));
            }
            all.add(batch.0.store(write, &progress).await.map_err(Stopped::ImportError)?);
        }
        if is_rehearsal || all.created + all.updated == 0 {
            return Err(Stopped::Unneeded(all));
        }
        write.analyze().await?;
        Ok(all)
    };
    match database.write(directory, author, Timeouts::Disabled, work).await {
        Ok(stored) | Err(Stopped::Unneeded(stored)) => Ok(stored),
        Err(Stopped::ImportError(refused)) => Err(refused),
    }
}

//! Files of entries. A file is read and validated completely before any entry is stored.

use std::collections::{HashMap, HashSet};
use std::fmt;

use futures_util::future::LocalBoxFuture;
use sea_orm::DatabaseConnection;
use serde_json::Value;
use uuid::Uuid;

use super::error::{ImportError, LineError, Stopped};
use super::form::Form;
use super::merge::merge_rows;
use super::report::UpdateReport;
use super::retire::{FormerKeys, RetiredKeys, retire};
use super::rows::{Column, Row, array, csv, lines};
use super::store_rows::store_rows;
use crate::base::db::author::Author;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Database, ImportSummary, Timeouts, Write};
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::{Checked, parse};
use crate::model::catalog::Resource;
use crate::query::entry::inputs;
use crate::write::input::Input;
use crate::write::store::record_existing;

/// Functions and data for files of a resource.
pub(crate) struct Files {
    pub resource: &'static Resource,
    /// Columns in CSV. `None` for resources whose entries contain lists.
    pub table: Option<&'static [Column]>,
    /// Content of this release and its format, if there is any.
    pub seed: Option<(Form, &'static str)>,
    /// Retired keys of this release, if there are any.
    pub former_keys: Option<FormerKeys>,
    read: fn(&FileText<'_>) -> Result<ParsedFile, Vec<LineError>>,
    /// Records retired keys, and removes the entries that still have them.
    pub retire: for<'a> fn(&'a Write, &'a RetiredKeys) -> LocalBoxFuture<'a, Result<UpdateReport>>,
    /// Records the present state of entries without any recorded change.
    pub note: for<'a> fn(&'a Write, &'a HashSet<Uuid>) -> LocalBoxFuture<'a, Result<()>>,
    pub values: for<'a> fn(&'a DatabaseConnection) -> LocalBoxFuture<'a, Result<Vec<Value>>>,
}

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
            seed,
            former_keys: None,
            read: read::<T>,
            retire: |write, keys| Box::pin(retire::<T>(write, keys)),
            note: |write, noted| Box::pin(record_existing::<T>(write, noted)),
            values: |db| Box::pin(values::<T>(db)),
        }
    }

    pub(crate) const fn with_table(self, columns: &'static [Column]) -> Self {
        Self { table: Some(columns), ..self }
    }

    pub(crate) const fn with_former_keys(self, former_keys: FormerKeys) -> Self {
        Self { former_keys: Some(former_keys), ..self }
    }

    pub(crate) fn read(&self, form: Form, text: &str) -> Result<ParsedFile, Vec<LineError>> {
        (self.read)(&FileText { form, text, columns: self.table.unwrap_or_default() })
    }
}

/// The entries of a file, each of them valid. Their references are not resolved yet.
pub(crate) struct ParsedFile {
    pub(super) entries: Box<dyn Entries>,
    pub len: usize,
}

/// Entries of one resource, each with its line.
pub(super) trait Entries {
    /// Stores the entries in parts of 1000, in their order. The entries that they refer to must exist. Calls `done`
    /// with the size of each part.
    fn store<'a>(
        &'a self,
        write: &'a Write,
        done: &'a dyn Fn(usize),
    ) -> LocalBoxFuture<'a, Result<ImportSummary, ImportError>>;

    /// Merges the entries, as the content of a release, with those of the directory.
    fn merge<'a>(&'a self, write: &'a Write) -> LocalBoxFuture<'a, Result<UpdateReport, ImportError>>;
}

impl<T: Input> Entries for Vec<(u64, T)> {
    fn store<'a>(
        &'a self,
        write: &'a Write,
        done: &'a dyn Fn(usize),
    ) -> LocalBoxFuture<'a, Result<ImportSummary, ImportError>> {
        Box::pin(store_rows(write, self, done))
    }

    fn merge<'a>(&'a self, write: &'a Write) -> LocalBoxFuture<'a, Result<UpdateReport, ImportError>> {
        Box::pin(merge_rows(write, self))
    }
}

/// The text of a file.
struct FileText<'t> {
    form: Form,
    text: &'t str,
    /// The columns that a file in CSV may have.
    columns: &'t [Column],
}

/// Reads and checks every row, and sees that none names the same entry as another.
fn read<T: Input>(file: &FileText<'_>) -> Result<ParsedFile, Vec<LineError>> {
    let FileText { form, text, columns } = *file;
    let rows = match form {
        Form::Csv => csv(text, columns),
        Form::Json => array(text),
        Form::Ndjson => Ok(lines(text)),
    };
    let mut entries: Vec<(u64, T)> = vec![];
    let mut flaws = vec![];
    let mut seen: HashMap<String, u64> = HashMap::new();
    for Row { line, text } in rows.map_err(|flaw| vec![flaw])? {
        match input::<T>(line, &text) {
            Ok(input) => {
                for name in [Some(input.slug()), input.official()].into_iter().flatten() {
                    if let Some(first) = seen.insert(name.to_owned(), line) {
                        let detail = format!("`{name}` stands on line {first} already");
                        flaws.push(LineError { line, pointer: String::new(), detail });
                    }
                }
                entries.push((line, input));
            }
            Err(found) => flaws.extend(found),
        }
    }
    let len = entries.len();
    if flaws.is_empty() { Ok(ParsedFile { entries: Box::new(entries), len }) } else { Err(flaws) }
}

fn input<T: Input>(line: u64, text: &str) -> Result<T, Vec<LineError>> {
    let (json, doubts) = parse(text.as_bytes()).map_err(|error| {
        let detail = "is not JSON; look for a missing comma, quotation mark or brace".to_owned();
        vec![LineError { line: line + error.line() as u64 - 1, pointer: String::new(), detail }]
    })?;
    let Checked { value, violations, .. } = Checked::<T>::read(json, doubts);
    let flaw = |violation: Violation| LineError {
        line,
        detail: violation.detail(),
        pointer: violation.pointer.unwrap_or_default(),
    };
    value.filter(|_| violations.is_empty()).ok_or_else(|| violations.into_iter().map(flaw).collect())
}

/// Author of an import, and whether it is a rehearsal, which stores nothing.
pub(crate) struct Storing {
    pub author: Author,
    pub is_rehearsal: bool,
}

/// Stores batches one after another in one transaction: all of them or none. Calls `progress` with the size of each
/// stored part.
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
            all.add(batch.entries.store(write, &progress).await.map_err(Stopped::ImportError)?);
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

async fn values<T: Input>(db: &DatabaseConnection) -> Result<Vec<Value>> {
    let inputs = inputs::<T::View, T>(db, None).await?;
    inputs.into_iter().map(|(_, input)| serde_json::to_value(input).map_err(Error::internal)).collect()
}

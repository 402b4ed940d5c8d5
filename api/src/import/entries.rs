//! The entries of a file, and their errors.

use std::collections::{HashMap, HashSet};

use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use uuid::Uuid;

use super::assign::assign;
use super::error::{ImportError, LineError};
use super::form::Form;
use super::merge::merge_rows;
use super::report::UpdateReport;
use super::rows::{Contents, Row, document, lines, malformed};
use super::store_rows::store_rows;
use super::table::{Columns, Header, table};
use super::valid_rows::{Names, PART, ValidRows};
use crate::base::db::{ImportSummary, Write};
use crate::base::error::{Result, Rule, Violation};
use crate::base::validation::{Checked, parse};
use crate::write::input::Input;
use crate::write::reference_violations;

/// Entries of one resource, each with its line.
pub(super) trait Entries {
    /// Returns the number of rows.
    fn len(&self) -> usize;

    /// Returns the errors that can be found without the directory.
    fn line_errors(&self) -> Vec<LineError>;

    /// Returns all errors: those of the rows, unresolved references, and conflicts with other entries.
    fn check<'a>(&'a self, write: &'a Write) -> LocalBoxFuture<'a, Result<Vec<LineError>>>;

    /// Stores the entries in parts of 1000, in their order. The entries must have no errors, and the entries that they refer
    /// to must exist. Calls `done` with the size of each part.
    fn store<'a>(
        &'a self,
        write: &'a Write,
        done: &'a dyn Fn(usize),
    ) -> LocalBoxFuture<'a, Result<ImportSummary, ImportError>>;

    /// Merges the entries, as the content of a release, with those of the directory.
    fn merge<'a>(&'a self, write: &'a Write) -> LocalBoxFuture<'a, Result<UpdateReport, ImportError>>;
}

/// The text of a file.
pub(super) struct FileText<'t> {
    pub form: Form,
    pub text: &'t str,
    /// Columns that a CSV file may have.
    pub columns: Columns,
}

/// The rows of a file, with the entries in them.
pub(super) struct ReadRows<T> {
    valid: ValidRows<T>,
    invalid: Vec<(u64, Checked<T>)>,
    /// Errors of the file, and of rows that contain no entry.
    line_errors: Vec<LineError>,
    header: Option<Header>,
    /// Whether the slug and official key of every row could be read.
    is_every_name_known: bool,
}

/// Reads and validates every row. Reports rows with the slug or official key of an earlier row.
pub(super) fn read<T: Input>(file: &FileText<'_>) -> Result<ReadRows<T>> {
    let FileText { form, text, columns } = *file;
    let Contents { rows, line_errors, header } = match form {
        Form::Csv => table(text, columns),
        Form::Json => document(text),
        Form::Ndjson => lines(text),
    };
    let is_every_name_known = line_errors.is_empty();
    let mut read = ReadRows { valid: ValidRows::new(), invalid: vec![], line_errors, header, is_every_name_known };
    let mut seen = HashMap::new();
    for Row { line, text } in rows {
        match parse(text.as_bytes()) {
            Ok((json, doubts)) if json.is_object() => read.add(line, Checked::read(json, doubts), &mut seen)?,
            Ok((json, _)) => read.add_unreadable(not_an_object(line, &json)),
            Err(error) => read.add_unreadable(malformed(line, &error)),
        }
    }
    Ok(read)
}

/// Returns the error for a row that is another JSON value than an object.
fn not_an_object(line: u64, json: &Value) -> LineError {
    let kind = match json {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    LineError::whole(line, format!("an entry must be a JSON object, not {kind}"))
}

/// Returns the entry of a row, if its slug and official key could be read.
fn named<T: Input>(checked: &Checked<T>) -> Option<&T> {
    let is_of_name = |violation: &Violation| {
        let member = violation.pointer.as_deref().unwrap_or_default().trim_start_matches('/');
        ["", "slug"].contains(&member) || Some(member) == T::RESOURCE.official
    };
    checked.value.as_ref().filter(|_| !checked.violations.iter().any(is_of_name))
}

impl<T: Input> ReadRows<T> {
    /// Adds a row. `seen` are the slugs and official keys of the rows before it, with their lines.
    fn add(&mut self, line: u64, mut checked: Checked<T>, seen: &mut HashMap<String, u64>) -> Result<()> {
        match named(&checked) {
            Some(input) => {
                for name in [Some(input.slug()), input.official()].into_iter().flatten() {
                    if let Some(first) = seen.insert(name.to_owned(), line) {
                        self.line_errors.push(LineError::whole(
                            line,
                            format!("`{name}` is already on line {first}; remove one of the two lines"),
                        ));
                    }
                }
            }
            None => self.is_every_name_known = false,
        }
        match checked.value.take_if(|_| checked.violations.is_empty()) {
            Some(input) => self.valid.push(line, &input)?,
            None => self.invalid.push((line, checked)),
        }
        Ok(())
    }

    /// Adds the error of a row that contains no entry.
    fn add_unreadable(&mut self, line_error: LineError) {
        self.line_errors.push(line_error);
        self.is_every_name_known = false;
    }

    /// Returns violations of rows with the errors of the file, by line.
    fn listed(&self, violations: impl Iterator<Item = (u64, Violation)>) -> Vec<LineError> {
        let place = |(row, violation): (u64, Violation)| {
            let line = self.header.as_ref().map_or(row, |header| header.line_of(&violation, row));
            LineError::of(line, violation)
        };
        let mut all: Vec<LineError> = self.line_errors.iter().cloned().chain(violations.map(place)).collect();
        all.sort();
        all.dedup();
        all
    }

    async fn errors(&self, write: &Write) -> Result<Vec<LineError>> {
        let mut found = vec![];
        let of_invalid = |(line, checked): &(u64, Checked<T>)| Some((*line, Names::of(named(checked)?)));
        let mut named: Vec<(u64, Names)> = self.invalid.iter().filter_map(of_invalid).collect();
        named.extend(self.valid.names().iter().cloned());
        named.sort_by_key(|(line, _)| *line);
        // If a row could not be read, its slug and official key are unknown, and the assignment of other rows may be wrong.
        if self.is_every_name_known && self.line_errors.is_empty() {
            match assign(&write.tx, T::RESOURCE, &named).await {
                Ok(_) => {}
                Err(ImportError::Lines(conflicts)) => found = conflicts,
                Err(ImportError::Failed(error)) => return Err(error),
            }
        }
        // Rows may refer to rows of other parts.
        let in_file: HashSet<&String> = named.iter().flat_map(|(_, names)| names.all()).collect();
        let is_certain = |(_, violation): &(u64, Violation)| match &violation.rule {
            Rule::UnknownEntry { resource, value } if resource == T::RESOURCE.collection => {
                self.is_every_name_known && !in_file.contains(value)
            }
            _ => true,
        };
        let mut violations = vec![];
        for part in self.invalid.chunks(PART) {
            violations.extend(unresolved(write, part.to_vec()).await?);
        }
        let mut parts = self.valid.parts();
        loop {
            let part = parts.next()?;
            if part.is_empty() {
                break;
            }
            let part = part.into_iter().map(|(line, input)| (line, Checked::whole(input))).collect();
            violations.extend(unresolved(write, part).await?);
        }
        found.extend(self.listed(violations.into_iter().filter(is_certain)));
        found.sort();
        Ok(found)
    }
}

/// Returns the violations of rows, including references that cannot be resolved, by line. A row with the slug or official key
/// of an existing entry replaces that entry, so this is not a conflict.
async fn unresolved<T: Input>(write: &Write, rows: Vec<(u64, Checked<T>)>) -> Result<Vec<(u64, Violation)>> {
    let (lines, checked): (Vec<u64>, Vec<_>) =
        rows.into_iter().map(|(line, checked)| (line, (Uuid::now_v7(), checked))).unzip();
    let found = reference_violations(&write.tx, checked).await?;
    let of_row = |(line, found): (u64, Vec<Violation>)| found.into_iter().map(move |violation| (line, violation));
    Ok(lines.into_iter().zip(found).flat_map(of_row).collect())
}

impl<T: Input> Entries for ReadRows<T> {
    fn len(&self) -> usize {
        self.valid.names().len() + self.invalid.len()
    }

    fn line_errors(&self) -> Vec<LineError> {
        let of_row = |(line, checked): &(u64, Checked<T>)| {
            let line = *line;
            checked.violations.clone().into_iter().map(move |violation| (line, violation))
        };
        self.listed(self.invalid.iter().flat_map(of_row))
    }

    fn check<'a>(&'a self, write: &'a Write) -> LocalBoxFuture<'a, Result<Vec<LineError>>> {
        Box::pin(self.errors(write))
    }

    fn store<'a>(
        &'a self,
        write: &'a Write,
        done: &'a dyn Fn(usize),
    ) -> LocalBoxFuture<'a, Result<ImportSummary, ImportError>> {
        Box::pin(store_rows(write, &self.valid, done))
    }

    fn merge<'a>(&'a self, write: &'a Write) -> LocalBoxFuture<'a, Result<UpdateReport, ImportError>> {
        Box::pin(async { merge_rows(write, self.valid.all()?).await })
    }
}

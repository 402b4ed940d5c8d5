//! Errors of imports.

use std::fmt;

use crate::base::error::{Error, Violation};

/// Largest number of errors that are printed.
const MAX_PRINTED_ERRORS: usize = 100;

/// An error on a line of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LineError {
    pub line: u64,
    pub pointer: String,
    pub detail: String,
}

impl LineError {
    /// Returns an error about a whole line.
    pub(super) fn whole(line: u64, detail: impl Into<String>) -> Self {
        Self { line, pointer: String::new(), detail: detail.into() }
    }

    /// Returns the error for a violation of the entry on a line.
    pub(super) fn of(line: u64, violation: Violation) -> Self {
        Self { line, detail: violation.detail(), pointer: violation.pointer.unwrap_or_default() }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, pointer, detail } = self;
        if pointer.is_empty() {
            write!(f, "line {line}: {detail}")
        } else {
            write!(f, "line {line}, {pointer}: {detail}")
        }
    }
}

/// The reason why a file was not stored.
#[derive(Debug)]
pub(crate) enum ImportError {
    Lines(Vec<LineError>),
    Failed(Error),
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<ImportError> for anyhow::Error {
    /// Returns the error as text for the command line, with up to `MAX_PRINTED_ERRORS` errors.
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Lines(lines) => {
                let total =
                    if lines.len() == 1 { "1 violation".to_owned() } else { format!("{} violations", lines.len()) };
                let more = Some(lines.len().saturating_sub(MAX_PRINTED_ERRORS)).filter(|more| *more > 0);
                let list = lines.iter().take(MAX_PRINTED_ERRORS).map(ToString::to_string);
                let list: Vec<String> = list.chain(more.map(|more| format!("and {more} more"))).collect();
                anyhow::anyhow!("nothing was stored; {total}:\n  {}", list.join("\n  "))
            }
            ImportError::Failed(error) => anyhow::Error::new(error).context("nothing was stored"),
        }
    }
}

/// The reason why a transaction was not committed.
pub(super) enum Stopped<T> {
    ImportError(ImportError),
    /// Nothing changed, or the transaction was a dry run.
    Unneeded(T),
}

impl<T> From<Error> for Stopped<T> {
    fn from(error: Error) -> Self {
        Self::ImportError(error.into())
    }
}

//! Errors of imports.

use std::fmt;

use crate::base::error::Error;

/// An error on a line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LineError {
    pub line: u64,
    pub pointer: String,
    pub detail: String,
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
    /// Returns the error for people, with every line.
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Lines(lines) => {
                let list: Vec<String> = lines.iter().map(ToString::to_string).collect();
                anyhow::anyhow!("nothing was stored; {} violations:\n  {}", list.len(), list.join("\n  "))
            }
            ImportError::Failed(error) => anyhow::Error::new(error).context("nothing was stored"),
        }
    }
}

/// The reason why a transaction was not committed.
pub(super) enum Stopped<T> {
    ImportError(ImportError),
    /// Nothing changed, or the transaction was a rehearsal.
    Unneeded(T),
}

impl<T> From<Error> for Stopped<T> {
    fn from(error: Error) -> Self {
        Self::ImportError(error.into())
    }
}

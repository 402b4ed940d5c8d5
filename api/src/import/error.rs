//! Why a file is not stored.

use std::fmt;

use crate::base::error::Error;

/// Something in a file that needs another look
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

/// Why a file was not stored
#[derive(Debug)]
pub(crate) enum ImportError {
    Flaws(Vec<LineError>),
    Failed(Error),
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Why a transaction was not committed.
pub(super) enum Stopped<T> {
    ImportError(ImportError),
    /// Nothing has changed, or nothing was to be stored.
    Unneeded(T),
}

impl<T> From<Error> for Stopped<T> {
    fn from(error: Error) -> Self {
        Self::ImportError(error.into())
    }
}

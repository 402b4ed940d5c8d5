//! How files are written.

use std::path::Path;

use clap::ValueEnum;

/// How a file is written
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Csv,
    Json,
    Ndjson,
}

impl Form {
    /// By the ending of a file's name.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::from_str(path.extension()?.to_str()?, true).ok()
    }
}

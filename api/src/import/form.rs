//! File formats.

use std::path::Path;

use clap::ValueEnum;

/// Format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    Csv,
    Json,
    Ndjson,
}

impl Form {
    /// Returns the format of a file by its extension.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::from_str(path.extension()?.to_str()?, true).ok()
    }
}

//! File formats.

use std::path::Path;

use clap::ValueEnum;

use super::rows::LineCounter;

/// Format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// Comma-separated values with a header row
    Csv,
    /// JSON array of entries
    Json,
    /// One JSON object per line
    Ndjson,
}

impl Form {
    /// Returns the format of a file by its extension. Returns `None` for other extensions.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        Self::from_str(path.extension()?.to_str()?, true).ok()
    }

    /// Returns the text of a file. Fails if the file is not in UTF-8, with a message that says how to save it.
    pub(crate) fn text(self, bytes: Vec<u8>) -> Result<String, String> {
        String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let line = LineCounter::new(error.as_bytes()).line_at(valid);
            let remedy = match self {
                Self::Csv => "save it as \"CSV UTF-8\"",
                Self::Json | Self::Ndjson => "save it with the encoding UTF-8",
            };
            format!("is not UTF-8 (line {line}); {remedy}")
        })
    }
}

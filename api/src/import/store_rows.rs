//! Storage of the rows of a file.

use super::assign::{Assignment, assign};
use super::error::{ImportError, LineError};
use crate::base::db::{ImportSummary, Write};
use crate::base::error::{Error, Violation};
use crate::write::input::Input;
use crate::write::store::import_entries;

/// Number of entries per part.
const PART: usize = 1000;

/// Stores rows in parts of 1000, in their order. Calls `done` with the size of each part. Fails with
/// `ImportError::Lines` if a row is invalid or conflicts with another entry.
pub(super) async fn store_rows<T: Input>(
    write: &Write,
    rows: &[(u64, T)],
    done: &dyn Fn(usize),
) -> Result<ImportSummary, ImportError> {
    let Assignment { ids, key_changes } = assign(&write.tx, rows).await?;
    let mut all = ImportSummary { key_changes, ..ImportSummary::default() };
    for (part, ids) in rows.chunks(PART).zip(ids.chunks(PART)) {
        let inputs = part.iter().map(|(_, input)| input.clone());
        let stored = import_entries(write, ids.iter().copied().zip(inputs).collect()).await;
        all.add(stored.map_err(|error| refused(error, part))?);
        done(part.len());
    }
    Ok(all)
}

/// Converts the error of a part to an error with lines.
fn refused<T>(error: Error, part: &[(u64, T)]) -> ImportError {
    match error {
        Error::Invalid(violations) => {
            ImportError::Lines(violations.into_iter().map(|violation| located(violation, part)).collect())
        }
        other => ImportError::Failed(other),
    }
}

/// Converts a violation whose pointer begins with the index of its entry to an error with a line.
fn located<T>(violation: Violation, part: &[(u64, T)]) -> LineError {
    let (index, violation) = violation.split_index();
    let line = part.get(index).map(|(line, _)| *line).unwrap_or_default();
    LineError::of(line, violation)
}

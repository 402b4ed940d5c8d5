//! Storage of the rows of a file.

use sea_orm::ConnectionTrait;

use super::assign::{Assignment, assign};
use super::error::{ImportError, LineError};
use super::valid_rows::{PART, ValidRows};
use crate::base::db::{ImportSummary, Write};
use crate::base::error::{Error, Violation};
use crate::write::input::Input;
use crate::write::store::import_entries;

/// Stores rows in parts of 1000, in their order. Calls `done` with the size of each part. Fails with
/// `ImportError::Lines` if a row is invalid or conflicts with another entry.
pub(super) async fn store_rows<T: Input>(
    write: &Write,
    rows: &ValidRows<T>,
    done: &dyn Fn(usize),
) -> Result<ImportSummary, ImportError> {
    let Assignment { ids, key_changes } = assign(&write.tx, T::RESOURCE, rows.names()).await?;
    let mut all = ImportSummary { key_changes, ..ImportSummary::default() };
    let mut parts = rows.parts();
    for ids in ids.chunks(PART) {
        // Plans from the time when a table was small read all of its rows.
        write.tx.execute_unprepared("discard plans").await.map_err(Error::from)?;
        let (lines, inputs): (Vec<u64>, Vec<T>) = parts.next()?.into_iter().unzip();
        let stored = import_entries(write, ids.iter().copied().zip(inputs).collect()).await;
        all.add(stored.map_err(|error| refused(error, &lines))?);
        done(lines.len());
    }
    Ok(all)
}

/// Converts the error of a part to an error with lines.
fn refused(error: Error, lines: &[u64]) -> ImportError {
    match error {
        Error::Invalid(violations) => {
            ImportError::Lines(violations.into_iter().map(|violation| located(violation, lines)).collect())
        }
        other => ImportError::Failed(other),
    }
}

/// Converts a violation whose pointer begins with the index of its entry to an error with a line.
fn located(violation: Violation, lines: &[u64]) -> LineError {
    let (index, violation) = violation.split_index();
    let line = lines.get(index).copied().unwrap_or_default();
    LineError::of(line, violation)
}

//! Rows of a file are stored as the entries that they are.

use super::assign::{Assignment, assign};
use super::error::{ImportError, LineError};
use crate::base::db::{ImportSummary, Write};
use crate::base::error::{Error, Violation};
use crate::write::input::Input;
use crate::write::store::import_entries;

/// Entries stored at a time.
const PART: usize = 1000;

/// Stores rows a thousand at a time, in their order. `done` hears of each part, by its entries.
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

fn refused<T>(error: Error, part: &[(u64, T)]) -> ImportError {
    match error {
        Error::Invalid(violations) => {
            ImportError::Flaws(violations.into_iter().map(|violation| located(violation, part)).collect())
        }
        other => ImportError::Failed(other),
    }
}

/// The line of a violation whose pointer begins with the number of its entry.
fn located<T>(violation: Violation, part: &[(u64, T)]) -> LineError {
    let pointer = violation.pointer.unwrap_or_default();
    let (index, rest) = pointer.trim_start_matches('/').split_once('/').unwrap_or((&pointer, ""));
    let line = index.parse().ok().and_then(|index: usize| part.get(index)).map(|(line, _)| *line).unwrap_or_default();
    // What is wrong with an entry as a whole has no member.
    let pointer = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    LineError { line, pointer, detail: violation.detail }
}

//! Storage of entries, and of their changes in the change log.

use std::collections::{HashMap, HashSet};

use entity::vocabulary::Action;
use uuid::Uuid;

use super::change_log::{Changed, record};
use super::input::{Input, too_long};
use super::references::ResolvedReferences;
use crate::base::db::{ImportSummary, Write};
use crate::base::error::{Error, Result, Violation};
use crate::http::format::Record;
use crate::query::entry::inputs;
use crate::query::{self, full_text};

/// Stores entries with their child rows, updates their search documents, and records the changes.
pub(crate) async fn write_entries<I: Input>(
    write: &Write,
    action: Action,
    references: &ResolvedReferences,
    entries: Vec<(Uuid, I)>,
) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let changes = changes(&entries)?;
    let ids = entries.iter().map(|(id, _)| *id).collect();
    I::store(write, references, entries).await?;
    full_text::refresh(&write.tx, I::RESOURCE.table, ids).await?;
    record(write, I::RESOURCE.table, action, changes).await
}

/// Creates entries, and updates existing entries that differ. Each input comes with the ID of its entry. Fails with the
/// violations of all entries; their pointers begin with the index of the entry.
pub(crate) async fn import_entries<I: Input>(write: &Write, mut entries: Vec<(Uuid, I)>) -> Result<ImportSummary> {
    let ids: Vec<Uuid> = entries.iter().map(|(id, _)| *id).collect();
    let slugs = I::RESOURCE.slugs(&write.tx, ids).await?;
    let existing = query::entry::entries::<I::View>(&write.tx, Some(slugs)).await?;
    let mut existing: HashMap<Uuid, I::View> = existing.into_iter().map(|entry| (entry.id(), entry)).collect();
    let (references, found) = ResolvedReferences::look_up(&write.tx, &mut entries).await?;
    let mut violations: Vec<Violation> = found.into_iter().map(|found| found.violation.below(found.index)).collect();
    let long = entries.iter().enumerate().filter_map(|(index, (_, input))| Some((index, too_long(input)?)));
    violations.extend(long.map(|(index, rule)| Violation::pointer("", rule).below(index)));
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let mut summary = ImportSummary::default();
    entries.retain_mut(|(id, input)| {
        let is_equal = existing.remove(id).map(|shown| {
            input.keep_derived(&shown);
            *input == shown.into()
        });
        summary.note(is_equal)
    });
    write_entries(write, Action::Import, &references, entries).await?;
    Ok(summary)
}

/// Records the current state of entries without a recorded change. `recorded` are the IDs of the other entries.
pub(crate) async fn record_existing<I: Input>(write: &Write, recorded: &HashSet<Uuid>) -> Result<()> {
    let mut entries = inputs::<I::View, I>(&write.tx, None).await?;
    entries.retain(|(id, _)| !recorded.contains(id));
    record(write, I::RESOURCE.table, Action::Import, changes(&entries)?).await
}

/// Returns the change log records of entries.
fn changes<I: Input>(entries: &[(Uuid, I)]) -> Result<Vec<Changed>> {
    let change = |(id, input): &(Uuid, I)| {
        let entry = Some(serde_json::to_value(input).map_err(Error::internal)?);
        let (slug, official) = (Some(input.slug().to_owned()), input.official().map(str::to_owned));
        Ok(Changed { id: *id, slug, official, entry })
    };
    entries.iter().map(change).collect()
}

//! Merge of a release into the directory: changes of the release are applied, and changes made in the directory are
//! kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::baseline::{Baselines, find_by_name, record};
use super::error::ImportError;
use super::report::UpdateReport;
use super::store_rows::store_rows;
use super::valid_rows::ValidRows;
use crate::base::db::Write;
use crate::base::error::{Error, Result, Violation};
use crate::base::merge::{Merged, merge};
use crate::base::validation::Checked;
use crate::query::entry::inputs;
use crate::write::input::Input;
use crate::write::{ItemViolation, ResolvedReferences};

/// State of the merge of the rows of a release.
struct ReleaseMerge<'w, T> {
    write: &'w Write,
    report: UpdateReport,
    baselines: Baselines,
    /// Entries of the directory.
    current: HashMap<Uuid, T>,
    /// IDs of the entries of the directory, by slug and official key.
    ids: HashMap<String, Uuid>,
    /// Official keys in the release.
    officials: HashSet<String>,
    /// Rows to store.
    rows: Vec<(u64, T)>,
    /// Content of the release for existing entries.
    applied: Vec<(Uuid, Value)>,
}

/// Merges the rows of a release with the entries of a resource, and stores the result. A row with an unresolved
/// reference or an invalid result is skipped, and listed in the report with the reason. Fails with `ImportError::Lines`
/// if a row conflicts with another entry.
pub(super) async fn merge_rows<T: Input>(write: &Write, rows: Vec<(u64, T)>) -> Result<UpdateReport, ImportError> {
    let mut plan = ReleaseMerge::new(write, &rows).await?;
    for (line, row) in plan.resolved(rows).await? {
        plan.add(line, row)?;
    }
    plan.store().await
}

impl<'w, T: Input> ReleaseMerge<'w, T> {
    async fn new(write: &'w Write, rows: &[(u64, T)]) -> Result<Self> {
        let current: HashMap<Uuid, T> = inputs::<T::View, T>(&write.tx, None).await?.into_iter().collect();
        let names = |(id, entry): (&Uuid, &T)| {
            [Some(entry.slug()), entry.official()].map(|name| name.map(|name| (name.to_owned(), *id)))
        };
        Ok(Self {
            write,
            report: UpdateReport::default(),
            baselines: Baselines::read::<T>(&write.tx).await?,
            ids: current.iter().flat_map(names).flatten().collect(),
            current,
            officials: rows.iter().filter_map(|(_, row)| row.official().map(str::to_owned)).collect(),
            rows: vec![],
            applied: vec![],
        })
    }

    /// Replaces references by the stored references. Skips a row that refers to an entry that was deleted from the directory,
    /// and the rows that refer to a skipped row.
    async fn resolved(&mut self, mut rows: Vec<(u64, T)>) -> Result<Vec<(u64, T)>> {
        loop {
            let mut entries: Vec<(Uuid, T)> = rows.iter().map(|(_, row)| (Uuid::now_v7(), row.clone())).collect();
            let (_, violations) = ResolvedReferences::look_up(&self.write.tx, &mut entries).await?;
            if violations.is_empty() {
                return Ok(rows.into_iter().zip(entries).map(|((line, _), (_, row))| (line, row)).collect());
            }
            let mut refused: BTreeMap<usize, Vec<Violation>> = BTreeMap::new();
            for ItemViolation { index, violation } in violations {
                refused.entry(index).or_default().push(violation);
            }
            for (index, violations) in &refused {
                if let Some((_, row)) = rows.get(*index) {
                    self.keep(row.slug(), &format!("is skipped: {}", listed(violations)));
                }
            }
            let mut index = 0..;
            rows.retain(|_| !index.next().is_some_and(|index| refused.contains_key(&index)));
        }
    }

    /// Decides whether a row is created, merged or skipped.
    fn add(&mut self, line: u64, row: T) -> Result<()> {
        let theirs = value(&row)?;
        let known = self.baselines.find(&row, &self.officials);
        let baseline = known.and_then(|id| self.baselines.get(id));
        if baseline == Some(&theirs) {
            // The release did not change the entry, so changes made in the directory are kept.
            self.report.stored.unchanged += 1;
            return Ok(());
        }
        let is_other = |id: &Uuid| {
            let official = self.current.get(id).and_then(Input::official);
            official.is_some_and(|official| self.officials.contains(official))
        };
        let existing = known.filter(|id| self.current.contains_key(id));
        let found = existing.or_else(|| find_by_name(&self.ids, &row, is_other));
        let Some((id, ours)) = found.and_then(|id| Some((id, self.current.get(&id)?))) else {
            match known {
                Some(id) => {
                    self.applied.push((id, theirs));
                    self.keep(row.slug(), "was deleted from the directory and stays deleted");
                }
                None => self.rows.push((line, row)),
            }
            return Ok(());
        };
        let merged = merge(self.baselines.get(id).unwrap_or(&Value::Null), &theirs, &value(ours)?);
        self.applied.push((id, theirs));
        self.add_merged(line, row.slug(), id, merged);
        Ok(())
    }

    /// Adds a merged entry to the rows to store, unless the result is invalid or unchanged.
    fn add_merged(&mut self, line: u64, slug: &str, id: Uuid, merged: Merged) {
        let Merged { content, conflicts } = merged;
        let Checked { value, violations, .. } = Checked::<T>::read(content, vec![]);
        let Some(merged) = value.filter(|_| violations.is_empty()) else {
            self.keep(
                slug,
                &format!("is unchanged, because the merged entry would be invalid: {}", listed(&violations)),
            );
            return;
        };
        if self.current.get(&id) == Some(&merged) {
            self.report.stored.unchanged += 1;
        } else {
            self.rows.push((line, merged));
        }
        if !conflicts.is_empty() {
            let members = conflicts.join(", ");
            self.keep(slug, &format!("keeps its values of {members}, which differ from those of the release"));
        }
    }

    fn keep(&mut self, slug: &str, reason: &str) {
        self.report.kept.push(format!("{}/{slug} {reason}", T::RESOURCE.collection));
    }

    async fn store(mut self) -> Result<UpdateReport, ImportError> {
        self.report.stored.add(store_rows(self.write, &ValidRows::of(&self.rows)?, &|_| {}).await?);
        self.report.recorded += record(self.write, T::RESOURCE.table, &self.applied).await?;
        Ok(self.report)
    }
}

fn value(entry: &impl Serialize) -> Result<Value> {
    serde_json::to_value(entry).map_err(Error::internal)
}

/// Returns violations in one line.
fn listed(violations: &[Violation]) -> String {
    let line = |violation: &Violation| match violation.pointer.as_deref() {
        Some(pointer) if !pointer.is_empty() => format!("{pointer} {}", violation.detail()),
        _ => violation.detail(),
    };
    violations.iter().map(line).collect::<Vec<_>>().join("; ")
}

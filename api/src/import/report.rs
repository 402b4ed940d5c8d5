//! Report about an update to the content of a release.

use crate::base::db::ImportSummary;

/// Result of updating a directory to the content of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateReport {
    /// Numbers of created, updated and unchanged entries, and changes of official keys.
    pub stored: ImportSummary,
    /// Removed entries, one line each.
    pub removed: Vec<String>,
    /// Entries that differ from the release, one line each, with the reason.
    pub kept: Vec<String>,
    /// Number of rows written in addition to the entries: baselines and retired keys.
    pub(super) recorded: u64,
}

impl UpdateReport {
    pub(super) fn add(&mut self, more: Self) {
        self.stored.add(more.stored);
        self.removed.extend(more.removed);
        self.kept.extend(more.kept);
        self.recorded += more.recorded;
    }

    /// Returns whether the update changed nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.stored.created + self.stored.updated + self.removed.len() == 0 && self.recorded == 0
    }
}

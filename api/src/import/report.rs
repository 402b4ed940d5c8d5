//! What an update of the directory's content changed.

use crate::base::db::ImportSummary;

/// What became of the content of a release in a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateReport {
    pub stored: ImportSummary,
    /// The entries that were removed, one line each.
    pub removed: Vec<String>,
    /// The entries that differ from the release, one line each, with the reason.
    pub kept: Vec<String>,
    /// The number of rows written about the content beside the entries.
    pub(super) recorded: u64,
}

impl UpdateReport {
    pub(super) fn add(&mut self, more: Self) {
        self.stored.add(more.stored);
        self.removed.extend(more.removed);
        self.kept.extend(more.kept);
        self.recorded += more.recorded;
    }

    /// Whether the directory is as it was.
    pub(super) fn is_empty(&self) -> bool {
        self.stored.created + self.stored.updated + self.removed.len() == 0 && self.recorded == 0
    }
}

//! What follows from a history: the revision that each write made, and the acknowledgements.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::histories::history::{Content, Exchange, History, Kind, Request, Revision, Write};

/// A history with what follows from it.
pub(super) struct Facts<'a> {
    pub history: &'a History,
    /// Revisions in order, by the IDs of the entries.
    entries: BTreeMap<&'a str, Vec<&'a Revision>>,
    /// Time after which a write must be visible on all instances.
    pub delay: Duration,
    /// Writes by their values.
    pub operations: BTreeMap<&'a str, Operation<'a>>,
    pub acknowledged: Vec<Acknowledgement<'a>>,
}

/// A write with its attempts.
pub(super) struct Operation<'a> {
    pub write: &'a Write,
    pub attempts: Vec<&'a Exchange>,
    /// Revisions that the write made. More than one is a fault.
    pub made: Vec<&'a Revision>,
}

/// A response that acknowledges a write.
pub(super) struct Acknowledgement<'a> {
    pub sequence: i64,
    pub slug: &'a str,
    /// Instance that made the write. `None` if that is unknown, because the response was stored.
    pub instance: Option<usize>,
    pub ended: Duration,
}

/// Returns the writes of a history.
fn operations(history: &History) -> BTreeMap<&str, Operation<'_>> {
    let mut operations: BTreeMap<&str, Operation> = BTreeMap::new();
    for exchange in &history.exchanges {
        if let Request::Write(write) = &exchange.request {
            let new = || Operation { write, attempts: vec![], made: vec![] };
            operations.entry(&write.value).or_insert_with(new).attempts.push(exchange);
        }
    }
    operations
}

impl<'a> Operation<'a> {
    /// Returns a greater number if it is more certain that the write is stored.
    fn certainty(&self) -> u8 {
        let certainty = |attempt: &&Exchange| match &attempt.answer {
            answer if answer.is_success() => 2,
            answer => u8::from(answer.is_unknown()),
        };
        self.attempts.iter().map(certainty).max().unwrap_or_default()
    }

    fn acknowledgements(&self) -> Vec<Acknowledgement<'a>> {
        let Some(made) = self.made.first() else { return vec![] };
        let successful = self.attempts.iter().filter(|attempt| attempt.answer.is_success());
        let acknowledgement = |attempt: &&Exchange| Acknowledgement {
            sequence: made.sequence,
            slug: &made.slug,
            instance: Some(attempt.instance).filter(|_| !attempt.answer.is_replayed),
            ended: attempt.ended,
        };
        successful.map(acknowledgement).collect()
    }
}

impl<'a> Facts<'a> {
    pub(super) fn new(history: &'a History, delay: Duration) -> Self {
        let mut entries: BTreeMap<&str, Vec<&Revision>> = BTreeMap::new();
        for revision in &history.revisions {
            entries.entry(&revision.entry).or_default().push(revision);
        }
        for revisions in entries.values_mut() {
            revisions.sort_by_key(|revision| revision.sequence);
        }
        let mut facts = Self { history, entries, delay, operations: operations(history), acknowledged: vec![] };
        for revision in &history.revisions {
            let makers = facts.operations.values().filter(|operation| facts.is_made_by(revision, operation.write));
            // An entry is deleted once, also if several clients request it.
            let likelihood =
                |operation: &&Operation| (operation.certainty(), facts.is_based_on_last(revision, operation.write));
            let maker = makers.max_by_key(likelihood).map(|operation| &*operation.write.value);
            if let Some(operation) = maker.and_then(|value| facts.operations.get_mut(value)) {
                operation.made.push(revision);
            }
        }
        facts.acknowledged = facts.operations.values().flat_map(Operation::acknowledgements).collect();
        facts
    }

    /// Returns whether a revision has the value of a write, and the revision before does not. A deletion has no value. It can be
    /// made by all writes that delete the entry.
    pub(super) fn is_made_by(&self, revision: &Revision, write: &Write) -> bool {
        let before = self.before(revision);
        match (&revision.content, write.kind) {
            (None, Kind::Delete(base)) => self.at(base).is_some_and(|base| base.entry == revision.entry),
            (Some(content), kind) => {
                let had = before.and_then(|before| before.content.as_ref()).is_some_and(|old| old.has(&write.value));
                !matches!(kind, Kind::Delete(_)) && content.has(&write.value) && !had
            }
            (None, _) => false,
        }
    }

    /// Returns whether a deletion is based on the revision before.
    fn is_based_on_last(&self, revision: &Revision, write: &Write) -> bool {
        let before = self.before(revision).map(|before| before.version);
        matches!(write.kind, Kind::Delete(base) if before == Some(base))
    }

    /// Returns the revision of the same entry before a revision.
    pub(super) fn before(&self, revision: &Revision) -> Option<&'a Revision> {
        let revisions = self.entries.get(&*revision.entry)?;
        revisions.iter().rfind(|other| other.sequence < revision.sequence).copied()
    }

    /// Returns the content of the entry before a revision.
    pub(super) fn content_before(&self, revision: &Revision) -> Option<&'a Content> {
        self.before(revision)?.content.as_ref()
    }

    /// Returns the revision with a directory version.
    pub(super) fn at(&self, version: i64) -> Option<&'a Revision> {
        self.history.revisions.iter().find(|revision| revision.version == version)
    }

    /// Returns the last revision of the entries that had a slug, up to a position in the change feed.
    pub(super) fn last(&self, slug: &str, sequence: i64) -> Option<&'a Revision> {
        let of_slug = |revision: &&Revision| revision.slug == slug && revision.sequence <= sequence;
        self.history.revisions.iter().filter(of_slug).max_by_key(|revision| revision.sequence)
    }
}

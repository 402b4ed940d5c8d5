//! Each stored revision was made by one write from the revision that the write is based on, and each acknowledged write is
//! stored.

use super::facts::{Facts, Operation};
use super::{Fault, Violation, violation};
use crate::histories::history::{Draft, Exchange, Kind, Revision, Stage};

pub(super) fn check(facts: &Facts) -> Vec<Violation> {
    let revisions = facts.history.revisions.iter().flat_map(|revision| check_revision(facts, revision));
    let operations = facts.operations.values().flat_map(|operation| check_operation(facts, operation));
    revisions.chain(operations).chain(drafts(facts)).collect()
}

fn check_revision(facts: &Facts, revision: &Revision) -> Vec<Violation> {
    let before = facts.before(revision);
    let mut found = vec![];
    if before.is_some_and(|before| before.content.is_none()) {
        found.push(violation(Fault::DeletedEntryReturned, format!("{revision:?} follows the deletion of the entry")));
    }
    let mut makers = facts.operations.values().filter(|operation| operation.made.contains(&revision));
    let Some(operation) = makers.next() else {
        found.push(violation(Fault::Unwritten, format!("{revision:?} was made by no request, after {before:?}")));
        return found;
    };
    let write = operation.write;
    let conflicts = match write.kind {
        Kind::Create => before.is_some() || is_taken(facts, revision),
        Kind::Update(_, base) | Kind::Replace(base) | Kind::Delete(base) => {
            before.is_none_or(|before| before.version != base)
        }
        Kind::Publish(member, base) => {
            let base = facts.at(base).and_then(|base| base.content.as_ref());
            let now = facts.content_before(revision);
            base.map(|content| content.get(member)) != now.map(|content| content.get(member))
        }
    };
    let is_merged = revision.content.is_none() || write.apply(facts.content_before(revision)) == revision.content;
    if conflicts || !is_merged {
        found.push(violation(Fault::LostUpdate, format!("{write:?} made {revision:?} of {before:?}")));
    }
    found
}

/// Whether another entry had the slug of a new entry.
fn is_taken(facts: &Facts, created: &Revision) -> bool {
    facts.last(&created.slug, created.sequence - 1).is_some_and(|last| last.content.is_some())
}

fn check_operation(facts: &Facts, operation: &Operation) -> Vec<Violation> {
    let Operation { write, attempts, made } = operation;
    let mut found = vec![];
    let mut report =
        |fault, what: &str| found.push(violation(fault, format!("{what}: {write:?}, {made:?}, {attempts:?}")));
    if made.len() > 1 {
        report(Fault::DuplicateWrite, "the write is stored more than once");
    }
    if attempts.iter().any(|attempt| attempt.answer.is_success() && !is_stored(attempt, made)) {
        report(Fault::LostWrite, "an acknowledged write is not stored as acknowledged");
    }
    if !made.is_empty() && attempts.iter().all(|attempt| !attempt.answer.is_success() && !attempt.answer.is_unknown()) {
        report(Fault::RefusedWriteStored, "a refused write is stored");
    }
    for attempt in attempts {
        let current = attempt.answer.entry.as_ref().filter(|_| attempt.answer.status == 412);
        if current.is_some_and(|current| Some(current.revision) == base(write.kind)) {
            report(Fault::UnfoundedRefusal, "a write is refused although it is based on the current revision");
        }
    }
    let began = attempts.iter().map(|attempt| attempt.began).min().unwrap_or_default();
    let earlier = facts.acknowledged.iter().filter(|other| other.ended < began).map(|other| other.sequence).max();
    if made.iter().any(|made| Some(made.sequence) < earlier) {
        report(Fault::ChangeOrder, "a change is before one that was acknowledged before its request");
    }
    found
}

/// Returns whether the write of a successful response is stored, with the revision and content in the response.
fn is_stored(attempt: &Exchange, made: &[&Revision]) -> bool {
    made.iter().any(|made| {
        attempt.answer.entry.as_ref().is_none_or(|entry| {
            (&entry.id, entry.revision, Some(&entry.content)) == (&made.entry, made.version, made.content.as_ref())
        })
    })
}

fn base(kind: Kind) -> Option<i64> {
    match kind {
        Kind::Update(_, base) | Kind::Replace(base) | Kind::Delete(base) => Some(base),
        Kind::Create | Kind::Publish(..) => None,
    }
}

/// Checks that corrections have the stage that was acknowledged, and are published if and only if the entry is changed.
fn drafts(facts: &Facts) -> Vec<Violation> {
    let is_wrong = |draft: &&Draft| {
        let is_made = facts.operations.get(&*draft.value).is_some_and(|operation| !operation.made.is_empty());
        draft.stored < draft.acknowledged || (draft.stored == Stage::Published) != is_made
    };
    let wrong = facts.history.drafts.iter().filter(is_wrong);
    wrong
        .map(|draft| violation(Fault::LostWrite, format!("the correction is not stored as acknowledged: {draft:?}")))
        .collect()
}

//! Reads return stored revisions, and have every write that must be visible to them.

use std::time::Duration;

use super::facts::Facts;
use super::{Fault, Violation, violation};
use crate::histories::history::{Exchange, Request, Revision};

/// What a response says about the entry of a slug.
struct Sight<'a> {
    exchange: &'a Exchange,
    slug: &'a str,
    /// Position in the change feed that the response must have reached.
    floor: i64,
}

pub(super) fn check(facts: &Facts) -> Vec<Violation> {
    let mut found = vec![];
    let mut earlier: Vec<Earlier> = vec![];
    let mut exchanges: Vec<&Exchange> = facts.history.exchanges.iter().collect();
    exchanges.sort_by_key(|exchange| exchange.ended);
    for exchange in exchanges {
        let (slug, is_current) = match &exchange.request {
            Request::Read(slug) => (slug, false),
            // A refused write shows the state in the database.
            Request::Write(write) if exchange.answer.status == 412 => (&write.slug, true),
            _ => continue,
        };
        let floor = floor(facts, &earlier, exchange, slug, is_current);
        let sight = Sight { exchange, slug, floor };
        found.extend(check_sight(facts, &sight));
        let seen = exchange.answer.entry.as_ref().and_then(|entry| facts.at(entry.revision));
        if let Some(seen) = seen.filter(|_| !exchange.answer.is_stale && !is_current) {
            let (instance, ended, sequence) = (exchange.instance, exchange.ended, seen.sequence);
            earlier.push(Earlier { slug, instance, ended, sequence });
        }
    }
    found
}

/// A read whose revision later reads on the instance must have reached.
struct Earlier<'a> {
    slug: &'a str,
    instance: usize,
    ended: Duration,
    sequence: i64,
}

/// Returns the position that a response must have reached: that of writes that the instance acknowledged, of writes that were
/// acknowledged some time before, and of earlier reads on the instance.
fn floor(facts: &Facts, earlier: &[Earlier], exchange: &Exchange, slug: &str, is_current: bool) -> i64 {
    if exchange.answer.is_stale {
        return 0;
    }
    let began = exchange.began;
    let acknowledged = facts.acknowledged.iter().filter(|write| {
        let is_near = is_current || write.instance == Some(exchange.instance);
        write.slug == slug && write.ended + if is_near { Duration::ZERO } else { facts.delay } < began
    });
    let read =
        earlier.iter().filter(|read| read.slug == slug && read.instance == exchange.instance && read.ended < began);
    acknowledged.map(|write| write.sequence).chain(read.map(|read| read.sequence)).max().unwrap_or_default()
}

fn check_sight(facts: &Facts, sight: &Sight) -> Option<Violation> {
    let Sight { exchange, slug, floor } = *sight;
    let required = facts.last(slug, floor);
    let Some(entry) = &exchange.answer.entry else {
        let is_absent = |revision: &Revision| revision.slug == slug && revision.content.is_none();
        // A deletion that the response already shows was requested before the response.
        let has_begun = |deletion: &Revision| {
            let of_deletion = facts.operations.values().filter(|operation| facts.is_made_by(deletion, operation.write));
            of_deletion.flat_map(|operation| &operation.attempts).any(|attempt| attempt.began < exchange.ended)
        };
        let deleted_later =
            facts.history.revisions.iter().any(|later| later.sequence > floor && is_absent(later) && has_begun(later));
        let is_read = matches!(exchange.answer.status, 404 | 410);
        let is_outdated = is_read && required.is_some_and(|last| last.content.is_some()) && !deleted_later;
        return is_outdated.then(|| violation(Fault::OutdatedRead, format!("{exchange:?} lacks {required:?}")));
    };
    let stored = facts.at(entry.revision).filter(|stored| {
        (&stored.entry, stored.content.as_ref()) == (&entry.id, Some(&entry.content)) && stored.slug == slug
    });
    let Some(stored) = stored else {
        return Some(violation(Fault::Unwritten, format!("{exchange:?} is not stored")));
    };
    let is_outdated = required.is_some_and(|required| stored.sequence < required.sequence);
    let deletion = facts.history.revisions.iter().find(|later| later.entry == entry.id && later.content.is_none());
    let is_deleted = deletion.is_some_and(|deletion| deletion.sequence <= floor);
    let fault = if is_deleted { Fault::DeletedEntryReturned } else { Fault::OutdatedRead };
    is_outdated.then(|| violation(fault, format!("{exchange:?} lacks {required:?}")))
}

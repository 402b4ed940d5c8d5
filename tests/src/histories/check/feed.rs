//! The change feed is complete, in order and without duplicates.

use std::cmp::Ordering;
use std::time::Duration;

use super::facts::Facts;
use super::{Fault, Violation, violation};
use crate::histories::history::{Exchange, Page, Request, Revision};

/// Checks the change feed at the end.
pub(super) fn stored(facts: &Facts) -> Vec<Violation> {
    let revisions = &facts.history.revisions;
    let first = revisions.first().map_or(0, |first| first.sequence - 1);
    sequence(first, revisions)
}

/// Checks the pages that clients read.
pub(super) fn pages(facts: &Facts) -> Vec<Violation> {
    facts.history.exchanges.iter().flat_map(|exchange| check_page(facts, exchange)).collect()
}

fn check_page(facts: &Facts, exchange: &Exchange) -> Vec<Violation> {
    let (Request::Changes(after), Some(page)) = (&exchange.request, &exchange.answer.page) else { return vec![] };
    let mut found = sequence(*after, &page.items);
    for item in &page.items {
        let stored = facts.history.revisions.iter().find(|stored| stored.sequence == item.sequence);
        if !stored.is_some_and(|stored| is_same(stored, item)) {
            found.push(violation(Fault::Unwritten, format!("the feed has {item:?} instead of {stored:?}")));
        }
    }
    let last = page.items.last().map_or(*after, |item| item.sequence);
    let floor = floor(facts, exchange, page);
    if page.next != last || (last < floor && !page.more) {
        let text = format!("the feed ends at {last}, before {floor}: {exchange:?}");
        found.push(violation(Fault::MissingChange, text));
    }
    found
}

/// Returns whether a change in a page is that of the feed at the end. Its content may be omitted.
fn is_same(stored: &Revision, item: &Revision) -> bool {
    let is_same_content = item.content.is_none() || item.content == stored.content;
    (stored.version, &stored.entry, &stored.slug) == (item.version, &item.entry, &item.slug) && is_same_content
}

/// Returns the position that a page must have reached, unless more changes follow.
fn floor(facts: &Facts, exchange: &Exchange, page: &Page) -> i64 {
    if exchange.answer.is_stale || page.more {
        return 0;
    }
    let visible = facts.acknowledged.iter().filter(|write| {
        let delay = if write.instance == Some(exchange.instance) { Duration::ZERO } else { facts.delay };
        write.ended + delay < exchange.began
    });
    visible.map(|write| write.sequence).max().unwrap_or_default()
}

/// Checks that changes follow a position without gaps, and that their directory versions increase.
fn sequence(mut after: i64, changes: &[Revision]) -> Vec<Violation> {
    let (mut found, mut version) = (vec![], 0);
    for change in changes {
        let fault = match change.sequence.cmp(&(after + 1)) {
            Ordering::Less if change.sequence == after => Some(Fault::DuplicateChange),
            Ordering::Less => Some(Fault::ChangeOrder),
            Ordering::Greater => Some(Fault::MissingChange),
            Ordering::Equal if change.version <= version => Some(Fault::ChangeOrder),
            Ordering::Equal => None,
        };
        found.extend(
            fault.map(|fault| violation(fault, format!("{change:?} follows sequence {after}, version {version}"))),
        );
        (after, version) = (change.sequence.max(after), change.version.max(version));
    }
    found
}

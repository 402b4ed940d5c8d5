//! Small histories, of which each contradicts one promise.

use std::time::Duration;

use super::{Fault, check};
use crate::histories::history::{
    Answer, Content, Draft, Entry, Exchange, History, Kind, Member, Page, Request, Revision, Stage, Write,
};

const SLUG: &str = "a";

/// Time after which a write must be visible on the other instance.
const DELAY: Duration = Duration::from_secs(2);

/// Positions of exchanges in the history without violations.
const FIRST_READ: usize = 1;
const UPDATE: usize = 2;
const OTHER_READ: usize = 3;
const PUBLICATION: usize = 4;
const CHANGES: usize = 5;
const FAILED_UPDATE: usize = 6;
const DELETION: usize = 7;
const LAST_READ: usize = 8;
const UNSTORED: usize = 9;
const RETRY: usize = 11;

fn content(title: &str, approach: &str) -> Content {
    Content { title: title.to_owned(), approach: approach.to_owned() }
}

fn entry(id: &str, revision: i64, content: Content) -> Entry {
    Entry { id: id.to_owned(), revision, content }
}

fn revision(sequence: i64, entry: &str, content: Option<Content>) -> Revision {
    Revision { sequence, version: sequence + 10, entry: entry.to_owned(), slug: SLUG.to_owned(), content }
}

fn write(value: &str, kind: Kind) -> Request {
    let key = (kind == Kind::Create).then(|| format!("key of {value}"));
    Request::Write(Write { value: value.to_owned(), slug: SLUG.to_owned(), kind, key })
}

fn answer(status: u16, entry: Option<Entry>) -> Answer {
    Answer { status, text: format!("{entry:?}"), entry, ..Answer::default() }
}

/// Returns a history without violations. Each request follows the one before.
fn history() -> History {
    let revisions = vec![
        revision(1, "one", Some(content("v1", "v1"))),
        revision(2, "one", Some(content("v2", "v1"))),
        revision(3, "one", Some(content("v2", "v3"))),
        revision(4, "one", None),
        revision(5, "two", Some(content("v6", "v6"))),
    ];
    let page = Page { items: revisions.get(..2).unwrap().to_vec(), next: 2, more: true };
    let read = || Request::Read(SLUG.to_owned());
    let unknown = Answer::default;
    let replayed = Answer { is_replayed: true, ..answer(201, Some(entry("two", 15, content("v6", "v6")))) };
    let exchanges = [
        (0, write("v1", Kind::Create), answer(201, Some(entry("one", 11, content("v1", "v1"))))),
        (0, read(), answer(200, Some(entry("one", 11, content("v1", "v1"))))),
        (1, write("v2", Kind::Update(Member::Title, 11)), answer(200, Some(entry("one", 12, content("v2", "v1"))))),
        (0, read(), answer(200, Some(entry("one", 11, content("v1", "v1"))))),
        (0, write("v3", Kind::Publish(Member::Approach, 11)), unknown()),
        (1, Request::Changes(0), Answer { page: Some(page), ..answer(200, None) }),
        (0, write("v0", Kind::Update(Member::Title, 11)), answer(412, Some(entry("one", 13, content("v2", "v3"))))),
        (0, write("v4", Kind::Delete(13)), answer(204, None)),
        (0, read(), answer(410, None)),
        (0, write("v5", Kind::Create), unknown()),
        (0, write("v6", Kind::Create), unknown()),
        (1, write("v6", Kind::Create), replayed),
    ];
    let exchanges = (0..).zip(exchanges).map(|(number, (instance, request, answer))| {
        let began = Duration::from_millis(100 * number);
        Exchange { instance, began, ended: began + Duration::from_millis(50), request, answer }
    });
    let draft = Draft { value: "v3".to_owned(), acknowledged: Stage::Submitted, stored: Stage::Published };
    History { exchanges: exchanges.collect(), revisions, drafts: vec![draft] }
}

/// Returns the violations in a changed history.
fn faults(change: impl FnOnce(&mut History)) -> Vec<Fault> {
    let mut history = history();
    change(&mut history);
    check(&history, DELAY).into_iter().map(|violation| violation.fault).collect()
}

#[test]
fn a_history_without_violations_is_accepted() {
    assert_eq!(check(&history(), DELAY), []);
}

#[test]
fn two_changes_of_one_revision_are_refused() {
    let change = |history: &mut History| {
        history.exchanges[FAILED_UPDATE].answer = answer(200, Some(entry("one", 14, content("v0", "v3"))));
        history.revisions.insert(3, revision(4, "one", Some(content("v0", "v3"))));
        history.revisions[4] = revision(5, "one", None);
        history.revisions[5] = revision(6, "two", Some(content("v6", "v6")));
        history.exchanges[DELETION].request = write("v4", Kind::Delete(14));
        history.exchanges[RETRY].answer.entry = Some(entry("two", 16, content("v6", "v6")));
    };
    assert_eq!(faults(change), [Fault::LostUpdate]);
    let deletion = |history: &mut History| history.exchanges[DELETION].request = write("v4", Kind::Delete(12));
    assert_eq!(faults(deletion), [Fault::LostUpdate], "a deletion of a revision that has changed");
}

#[test]
fn a_publication_that_overwrites_a_later_change_is_refused() {
    let change = |history: &mut History| {
        history.exchanges[PUBLICATION].request = write("v3", Kind::Publish(Member::Title, 11));
        history.revisions[2].content = Some(content("v3", "v1"));
        history.exchanges[FAILED_UPDATE].answer = answer(409, None);
    };
    assert_eq!(faults(change), [Fault::LostUpdate]);
}

#[test]
fn a_change_that_drops_the_member_of_another_is_refused() {
    let change = |history: &mut History| {
        history.revisions[2].content = Some(content("v1", "v3"));
        history.exchanges[FAILED_UPDATE].answer = answer(409, None);
    };
    // The member has a value of an earlier revision again, as after a write of the whole entry.
    assert_eq!(faults(change), [Fault::LostUpdate]);
}

#[test]
fn an_acknowledged_write_that_is_not_stored_is_refused() {
    let change = |history: &mut History| {
        history.exchanges[UNSTORED].answer = answer(201, Some(entry("three", 16, content("v5", "v5"))));
    };
    assert_eq!(faults(change), [Fault::LostWrite]);
    let deletions = |history: &mut History| {
        history.exchanges[UNSTORED].request = write("v5", Kind::Delete(13));
        history.exchanges[UNSTORED].answer = answer(204, None);
    };
    assert_eq!(faults(deletions), [Fault::LostWrite], "one of two deletions");
    let drafts = |history: &mut History| history.drafts[0].stored = Stage::Edited;
    assert_eq!(faults(drafts), [Fault::LostWrite], "the stage of a correction");
}

#[test]
fn a_refused_write_that_is_stored_is_refused() {
    let change = |history: &mut History| history.exchanges[PUBLICATION].answer = answer(409, None);
    assert_eq!(faults(change), [Fault::RefusedWriteStored]);
}

#[test]
fn an_unfounded_refusal_is_refused() {
    let change = |history: &mut History| {
        history.exchanges[FAILED_UPDATE].request = write("v0", Kind::Update(Member::Title, 13));
    };
    assert_eq!(faults(change), [Fault::UnfoundedRefusal]);
}

#[test]
fn an_outdated_read_is_refused() {
    let own = |history: &mut History| history.exchanges[OTHER_READ].instance = 1;
    assert_eq!(faults(own), [Fault::OutdatedRead], "on the instance of the write");
    let late = |history: &mut History| {
        for exchange in history.exchanges.iter_mut().skip(OTHER_READ) {
            exchange.began += Duration::from_secs(3);
            exchange.ended += Duration::from_secs(3);
        }
    };
    assert_eq!(faults(late), [Fault::OutdatedRead], "on another instance");
    let marked = |history: &mut History| {
        history.exchanges[OTHER_READ].instance = 1;
        history.exchanges[OTHER_READ].answer.is_stale = true;
    };
    assert_eq!(faults(marked), []);
    let absent = |history: &mut History| {
        history.exchanges[FIRST_READ].answer = answer(404, None);
    };
    assert_eq!(faults(absent), [Fault::OutdatedRead], "without the new entry");
    let back = |history: &mut History| {
        history.exchanges[FIRST_READ].answer = answer(200, Some(entry("one", 12, content("v2", "v1"))));
    };
    assert_eq!(faults(back), [Fault::OutdatedRead], "after a read of a later revision");
}

#[test]
fn a_value_that_was_not_written_is_refused() {
    let read = |history: &mut History| {
        history.exchanges[FIRST_READ].answer.entry = Some(entry("one", 11, content("v9", "v1")));
    };
    assert_eq!(faults(read), [Fault::Unwritten]);
    let revision = |history: &mut History| {
        history.revisions.push(revision(6, "two", Some(content("v9", "v6"))));
    };
    assert_eq!(faults(revision), [Fault::Unwritten]);
    let unstored = |history: &mut History| {
        history.exchanges[LAST_READ].answer = answer(200, Some(entry("three", 16, content("v5", "v5"))));
    };
    assert_eq!(faults(unstored), [Fault::Unwritten], "a value that was visible, and is not stored");
}

#[test]
fn a_deleted_entry_that_returns_is_refused() {
    let read = |history: &mut History| {
        history.exchanges[LAST_READ].answer = answer(200, Some(entry("one", 13, content("v2", "v3"))));
    };
    assert_eq!(faults(read), [Fault::DeletedEntryReturned]);
    let revision = |history: &mut History| {
        history.revisions[4].entry = "one".to_owned();
        history.exchanges[RETRY].answer.entry = Some(entry("one", 15, content("v6", "v6")));
    };
    assert!(faults(revision).contains(&Fault::DeletedEntryReturned));
}

#[test]
fn a_feed_that_is_not_complete_or_not_in_order_is_refused() {
    let page =
        |change: fn(&mut Page)| faults(|history| change(history.exchanges[CHANGES].answer.page.as_mut().unwrap()));
    assert_eq!(page(|page| drop(page.items.remove(0))), [Fault::MissingChange]);
    assert_eq!(page(|page| page.items.insert(1, page.items[0].clone())), [Fault::DuplicateChange]);
    assert_eq!(page(|page| page.items.swap(0, 1)), [Fault::MissingChange, Fault::ChangeOrder, Fault::MissingChange]);
    assert_eq!(page(|page| page.items[1].entry = "two".to_owned()), [Fault::Unwritten]);
    let without_last = page(|page| *page = Page { items: vec![], next: 0, more: false });
    assert_eq!(without_last, [Fault::MissingChange], "without a change of this instance");
    assert_eq!(faults(|history| history.revisions[4].sequence = 6), [Fault::MissingChange], "at the end");
}

#[test]
fn changes_in_another_order_than_their_requests_are_refused() {
    let change = |history: &mut History| {
        history.exchanges[UPDATE].began += Duration::from_secs(5);
        history.exchanges[UPDATE].ended += Duration::from_secs(5);
    };
    assert_eq!(faults(change), [Fault::ChangeOrder], "the deletion was acknowledged before");
}

#[test]
fn a_retry_with_another_effect_or_response_is_refused() {
    let twice = |history: &mut History| {
        history.revisions.push(revision(6, "two", None));
        history.revisions.push(revision(7, "three", Some(content("v6", "v6"))));
        history.exchanges.push(Exchange {
            request: write("v7", Kind::Delete(15)),
            answer: Answer::default(),
            ..history.exchanges[RETRY].clone()
        });
    };
    assert_eq!(faults(twice), [Fault::DuplicateWrite]);
    let other = |history: &mut History| {
        history.exchanges[RETRY - 1].answer = Answer { text: String::new(), ..history.exchanges[RETRY].answer.clone() };
    };
    assert_eq!(faults(other), [Fault::DifferentResponses]);
    let refused = |history: &mut History| {
        let retry =
            Exchange { began: DELAY, ended: DELAY, answer: answer(409, None), ..history.exchanges[RETRY].clone() };
        history.exchanges.push(retry);
    };
    assert_eq!(faults(refused), [Fault::DifferentResponses], "after the response was acknowledged");
    let steps = |history: &mut History| {
        for text in ["one", "other"] {
            let answer = Answer { text: text.to_owned(), ..answer(201, None) };
            let request = Request::Step(Some("step".to_owned()));
            history.exchanges.push(Exchange { request, answer, ..history.exchanges[RETRY].clone() });
        }
    };
    assert_eq!(faults(steps), [Fault::DifferentResponses], "of a step of a submission");
}

#[test]
fn an_unexpected_status_is_refused() {
    assert_eq!(faults(|history| history.exchanges[UNSTORED].answer.status = 500), [Fault::UnexpectedStatus]);
    assert_eq!(faults(|history| history.exchanges[CHANGES].answer.status = 410), [Fault::UnexpectedStatus]);
}

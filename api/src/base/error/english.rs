//! English details of problems that are composed of several parts. The other details are in the `#[error]` attributes
//! of `Error`.

use super::{EditConflict, Submitter, Violation, places};
use crate::base::public_url::public_path;

/// Returns the number of violations and their places.
pub(super) fn summary(violations: &[Violation]) -> String {
    let number =
        if violations.len() == 1 { "1 violation".to_owned() } else { format!("{} violations", violations.len()) };
    format!("{number}: {}.", places(violations, "the whole body"))
}

/// Returns the text for a path without an operation, with the nearest path if one is similar.
pub(super) fn unknown_path(nearest: Option<&str>) -> String {
    let nearest = nearest.map(|path| format!(" The nearest path is `{}`.", public_path(path))).unwrap_or_default();
    format!("This service has no such path.{nearest} {} describes all paths.", public_path("/v1/openapi.json"))
}

/// Returns the text of an edit conflict, with the members that both sides changed.
pub(super) fn edit_conflict(states: &EditConflict) -> String {
    let what = if states.conflicts.is_empty() {
        "The published entry has a newer revision".to_owned()
    } else {
        let members = places(&states.conflicts, "the whole content");
        format!("Both the published entry and the submission changed these members: {members}")
    };
    format!(
        "{what}. Compare the three states, and send the members again with `based_on` {}. If the submission is at the stage \
         `submitted`, a reviewer has to request changes first.",
        states.revision
    )
}

/// Returns the description of a submitter.
pub(super) fn submitter(submitter: &Submitter) -> String {
    match submitter {
        Submitter::Subject(subject) => format!("the subject `{subject}`"),
        Submitter::Municipalities(names) => format!("a token that acts for {}", names.join(" or ")),
    }
}

/// Returns the text for an entry that `number` entries refer to.
pub(super) fn referenced(number: usize) -> String {
    if number == 1 {
        "1 entry refers to this entry. Change or delete it first.".to_owned()
    } else {
        format!("{number} entries refer to this entry. Change or delete them first.")
    }
}

/// Returns the text for a token that does not act for all responsible municipalities. `responsible` lists those that are
/// missing.
pub(super) fn outside_municipality(responsible: &[String]) -> String {
    if responsible.is_empty() {
        "The token is bound to municipalities, and no municipality is responsible for the entry.".to_owned()
    } else {
        format!(
            "The token does not act for every municipality responsible for the entry; missing: {}.",
            responsible.join(", ")
        )
    }
}

/// Returns the text for values that other entries have.
pub(super) fn taken(violations: &[Violation]) -> String {
    if violations.is_empty() { "Another entry already has this value.".to_owned() } else { summary(violations) }
}

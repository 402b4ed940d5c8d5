//! Texts of problems in English that have parts.

use super::{EditConflict, Submitter, Violation, places};

pub(super) fn summary(violations: &[Violation]) -> String {
    let number =
        if violations.len() == 1 { "1 violation".to_owned() } else { format!("{} violations", violations.len()) };
    format!("{number}: {}.", places(violations, "the whole body"))
}

pub(super) fn unknown_path(nearest: Option<&str>) -> String {
    let nearest = nearest.map(|nearest| format!(" The nearest path is `{nearest}`.")).unwrap_or_default();
    format!("This service has no such path.{nearest} /v1/openapi.json describes all paths.")
}

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

pub(super) fn submitter(submitter: &Submitter) -> String {
    match submitter {
        Submitter::Subject(subject) => format!("the subject `{subject}`"),
        Submitter::Municipalities(names) => format!("a token that acts for {}", names.join(" or ")),
    }
}

pub(super) fn referenced(number: usize) -> String {
    if number == 1 {
        "1 entry refers to this entry. Change or delete it first.".to_owned()
    } else {
        format!("{number} entries refer to this entry. Change or delete them first.")
    }
}

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

pub(super) fn taken(violations: &[Violation]) -> String {
    if violations.is_empty() { "Another entry already has this value.".to_owned() } else { summary(violations) }
}

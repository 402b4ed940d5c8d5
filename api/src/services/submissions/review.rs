//! Rules of the review workflow: the steps that a stage allows, and the callers that may take them. The functions have no side
//! effects, and no other module contains such rules.

use entity::vocabulary::{ReviewAction, Stage, Vocabulary};

use crate::auth::{Scope, SubmissionsReview, SubmissionsWrite};
use crate::base::error::{Error, Result};

/// Role of a caller in the review of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SubmissionRole {
    /// Whether the caller may take the steps of the submitter.
    pub submits: bool,
    /// Whether the caller may review.
    pub reviews: bool,
    /// Whether the caller wrote or submitted the content, so that another reviewer is required.
    pub is_author: bool,
}

/// Returns the stage after a step, or `None` if the stage does not allow the step.
fn next(stage: Stage, action: ReviewAction) -> Option<Stage> {
    match (stage, action) {
        (Stage::Draft | Stage::ChangesRequested, ReviewAction::Submit) => Some(Stage::Submitted),
        (Stage::Draft | Stage::Submitted | Stage::ChangesRequested, ReviewAction::Withdraw) => Some(Stage::Withdrawn),
        (Stage::Submitted, ReviewAction::RequestChanges) => Some(Stage::ChangesRequested),
        (Stage::Submitted, ReviewAction::Reject) => Some(Stage::Rejected),
        (Stage::Submitted, ReviewAction::Publish) => Some(Stage::Published),
        (Stage::Rejected | Stage::Withdrawn, ReviewAction::Reopen) => Some(Stage::Draft),
        _ => None,
    }
}

/// Returns whether a step belongs to reviewers.
pub(crate) fn is_review(action: ReviewAction) -> bool {
    matches!(action, ReviewAction::RequestChanges | ReviewAction::Reject | ReviewAction::Publish)
}

/// Returns whether the content may be changed in a stage.
pub(crate) fn is_open(stage: Stage) -> bool {
    matches!(stage, Stage::Draft | Stage::ChangesRequested)
}

/// Returns the stage after a step of a caller. Fails with the reason why the step is refused.
pub(crate) fn after(stage: Stage, action: ReviewAction, role: SubmissionRole) -> Result<Stage> {
    let next = next(stage, action).ok_or_else(|| Error::Step { stage: stage.value(), action: action.value() })?;
    match (is_review(action), role) {
        (true, SubmissionRole { reviews: false, .. }) => Err(Error::Forbidden(SubmissionsReview::NAME)),
        (true, SubmissionRole { is_author: true, .. }) => Err(Error::FourEyes),
        (false, SubmissionRole { submits: false, .. }) => Err(Error::Forbidden(SubmissionsWrite::NAME)),
        _ => Ok(next),
    }
}

/// Returns the steps that a caller may take.
pub(crate) fn steps(stage: Stage, role: SubmissionRole) -> Vec<ReviewAction> {
    ReviewAction::ALL.iter().copied().filter(|action| after(stage, *action, role).is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares every stage, action and role with the table in docs/submissions.md.
    #[test]
    fn every_step_matches_the_table_in_the_guide() {
        const GUIDE: &str = include_str!("../../../../docs/submissions.md");
        let table = GUIDE.split("| stage | step | then | by |").nth(1).unwrap();
        let rows: Vec<Vec<&str>> = table
            .lines()
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
            .collect();
        let mut checked = 0;
        for stage in Stage::ALL {
            for action in ReviewAction::ALL {
                let row = rows.iter().find(|row| {
                    row[0].split(", ").any(|one| one.trim_matches('`') == stage.value())
                        && row[1].trim_matches('`') == action.value()
                });
                for (submits, reviews, is_author) in [
                    (true, false, true),
                    (true, false, false),
                    (false, true, false),
                    (true, true, true),
                    (true, true, false),
                    (false, false, false),
                ] {
                    let role = SubmissionRole { submits, reviews, is_author };
                    let may = row.is_some_and(|row| match row[3] {
                        "submitter" => submits,
                        "reviewer, not the author" => reviews && !is_author,
                        other => unreachable!("{other}"),
                    });
                    let then = after(*stage, *action, role).ok().map(Vocabulary::value);
                    let expected = row.filter(|_| may).map(|row| row[2].trim_matches('`'));
                    assert_eq!(then, expected, "{stage:?} {action:?} {role:?}");
                    assert_eq!(steps(*stage, role).contains(action), may);
                    checked += 1;
                }
            }
        }
        assert_eq!((checked, rows.len()), (216, 6));
    }
}

//! Access to submissions: visibility for a caller, and the role of the caller in the review.

use entity::submission::{Entity, Model};
use entity::vocabulary::{ReviewAction, Stage};
use sea_orm::prelude::Expr;
use sea_orm::{Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::dto::Visibility;
use super::names::{keep_up_to_date, up_to_date};
use super::review::{SubmissionRole, after};
use crate::auth::{Access, Caller, Scope, SubmissionsReview, SubmissionsWrite};
use crate::base::error::{Error, Result, Submitter};
use crate::model::catalog::MUNICIPALITIES;

/// Access for callers with `submissions:write` or `submissions:review`.
pub(super) struct SubmissionActor;

impl Access for SubmissionActor {
    fn check(caller: &Caller) -> Result<()> {
        if caller.may(SubmissionsWrite::NAME) || caller.may(SubmissionsReview::NAME) {
            Ok(())
        } else {
            Err(Error::Forbidden(SubmissionsWrite::NAME))
        }
    }
}

impl Visibility {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            subject: caller.subject.clone(),
            municipalities: caller.municipalities.as_ref().map(|own| own.iter().copied().collect()),
            submits: caller.may(SubmissionsWrite::NAME),
            reviews: caller.is_unbound().is_ok() && caller.may(SubmissionsReview::NAME),
        }
    }

    /// Returns the SQL condition for visible submissions. Must agree with `role_of`.
    pub(super) fn condition(&self) -> Condition {
        let own = self.submits.then(|| match &self.municipalities {
            Some(own) => Expr::cust_with_values("submission.municipality_ids && $1", [own.clone()]),
            None => Expr::cust_with_values("submission.submitted_by = $1", [self.subject.clone()]),
        });
        let reviewed = self.reviews.then(|| Expr::cust("submission.submitted_at is not null"));
        Condition::any().add(Expr::cust("false")).add_option(own).add_option(reviewed)
    }
}

/// Returns the role of a caller in a submission, or `None` if the submission is not visible to the caller.
pub(super) fn role_of(row: &Model, caller: &Caller) -> Option<SubmissionRole> {
    let own = match &caller.municipalities {
        Some(own) => row.municipality_ids.iter().any(|one| own.contains(one)),
        None => row.submitted_by == caller.subject,
    };
    let submits = own && caller.may(SubmissionsWrite::NAME);
    let reviews = caller.municipalities.is_none() && caller.may(SubmissionsReview::NAME);
    (submits || reviews && row.submitted_at.is_some()).then_some(SubmissionRole {
        submits,
        reviews,
        is_author: row.authors.contains(&caller.subject),
    })
}

/// Returns the error for an ID without a visible submission. It does not reveal whether the submission exists.
pub(super) fn not_found(id: Uuid) -> Error {
    Error::not_found("/v1/submissions", id)
}

/// Returns a submission and the role of the caller. Fails with 404 if the submission is not visible to the caller.
pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid, caller: &Caller) -> Result<(Model, SubmissionRole)> {
    let row = Entity::find_by_id(id).filter(Visibility::of(caller).condition()).one(db).await?;
    let row = row.ok_or_else(|| not_found(id))?;
    let role = role_of(&row, caller).ok_or_else(|| not_found(id))?;
    let row = up_to_date(db, vec![row]).await?.pop().ok_or_else(|| not_found(id))?;
    Ok((row, role))
}

/// Locks a submission until the end of the transaction, and returns it with the role of the caller. Fails with 404 if the
/// submission is not visible to the caller.
pub(super) async fn lock_for_update(
    tx: &DatabaseTransaction,
    id: Uuid,
    caller: &Caller,
) -> Result<(Model, SubmissionRole)> {
    // Filters in the same statement, so that a caller never waits for or holds the lock of an invisible submission.
    let row = Entity::find_by_id(id).filter(Visibility::of(caller).condition()).lock_exclusive().one(tx).await?;
    let row = row.ok_or_else(|| not_found(id))?;
    let role = role_of(&row, caller).ok_or_else(|| not_found(id))?;
    Ok((keep_up_to_date(tx, row).await?, role))
}

/// Fails for a caller that may not publish a submission, as if the submission were in the stage `submitted`.
pub(super) async fn may_publish(db: &impl ConnectionTrait, id: Uuid, caller: &Caller) -> Result<()> {
    let (row, role) = one(db, id, caller).await?;
    explained(db, after(Stage::Submitted, ReviewAction::Publish, role), &row, caller).await.map(drop)
}

/// Corrects the reason of a refusal. If the token has the scope that the error names as missing, the actual reason is that the
/// submission has another submitter, or that a token bound to municipalities cannot review.
pub(super) async fn explained<T>(
    db: &impl ConnectionTrait,
    allowed: Result<T>,
    row: &Model,
    caller: &Caller,
) -> Result<T> {
    match allowed {
        Err(Error::Forbidden(scope)) if caller.may(scope) && scope == SubmissionsReview::NAME => Err(Error::Bound),
        Err(Error::Forbidden(scope)) if caller.may(scope) => {
            let names = MUNICIPALITIES.names_of(db, row.municipality_ids.iter().copied()).await?;
            let names = names.of(&row.municipality_ids);
            Err(Error::NotSubmitter(if names.is_empty() {
                Submitter::Subject(row.submitted_by.clone())
            } else {
                Submitter::Municipalities(names)
            }))
        }
        allowed => allowed,
    }
}

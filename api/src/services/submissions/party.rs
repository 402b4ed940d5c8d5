//! Who may see a submission, and what part it has in it.

use entity::submission::{Entity, Model};
use entity::vocabulary::{ReviewAction, Stage};
use sea_orm::prelude::Expr;
use sea_orm::{Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::dto::Visibility;
use super::names::{keep_up_to_date, up_to_date};
use super::review::{Part, after};
use crate::auth::{Access, Caller, Scope, SubmissionsReview, SubmissionsWrite};
use crate::base::error::{Error, Result};
use crate::model::catalog::MUNICIPALITIES;

/// The access of those who submit or review.
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

    /// The same as `part` says of one.
    pub(super) fn condition(&self) -> Condition {
        let own = self.submits.then(|| match &self.municipalities {
            Some(own) => Expr::cust_with_values("submission.municipality_ids && $1", [own.clone()]),
            None => Expr::cust_with_values("submission.submitted_by = $1", [self.subject.clone()]),
        });
        let reviewed = self.reviews.then(|| Expr::cust("submission.submitted_at is not null"));
        Condition::any().add(Expr::cust("false")).add_option(own).add_option(reviewed)
    }
}

/// What part somebody has in a submission; none, if it may not even know of it.
pub(super) fn part(row: &Model, caller: &Caller) -> Option<Part> {
    let own = match &caller.municipalities {
        Some(own) => row.municipality_ids.iter().any(|one| own.contains(one)),
        None => row.submitted_by == caller.subject,
    };
    let submits = own && caller.may(SubmissionsWrite::NAME);
    let reviews = caller.municipalities.is_none() && caller.may(SubmissionsReview::NAME);
    (submits || reviews && row.submitted_at.is_some()).then_some(Part {
        submits,
        reviews,
        is_author: row.authors.contains(&caller.subject),
    })
}

/// One submission, if somebody may see it, and its part in it.
pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid, caller: &Caller) -> Result<(Model, Part)> {
    let row =
        Entity::find_by_id(id).filter(Visibility::of(caller).condition()).one(db).await?.ok_or(Error::NotFound)?;
    let part = part(&row, caller).ok_or(Error::NotFound)?;
    let row = up_to_date(db, vec![row]).await?.pop().ok_or(Error::NotFound)?;
    Ok((row, part))
}

/// A submission that nobody else changes until the transaction ends, and the part that somebody has in it.
pub(super) async fn lock_for_update(tx: &DatabaseTransaction, id: Uuid, caller: &Caller) -> Result<(Model, Part)> {
    // Of what somebody may not see not even the lock is tried.
    let row = Entity::find_by_id(id).filter(Visibility::of(caller).condition()).lock_exclusive().one(tx).await?;
    let row = row.ok_or(Error::NotFound)?;
    let part = part(&row, caller).ok_or(Error::NotFound)?;
    Ok((keep_up_to_date(tx, row).await?, part))
}

/// Refuses those who may not publish a submission, wherever it stands.
pub(super) async fn may_publish(db: &impl ConnectionTrait, id: Uuid, caller: &Caller) -> Result<()> {
    let (row, part) = one(db, id, caller).await?;
    explained(db, after(Stage::Submitted, ReviewAction::Publish, part), &row, caller).await.map(drop)
}

/// The same, but where a caller may not take a step whose scope its token has, with the reason: the submission is that of others, or
/// the token is bound to municipalities and so reviews nothing.
pub(super) async fn explained<T>(
    db: &impl ConnectionTrait,
    allowed: Result<T>,
    row: &Model,
    caller: &Caller,
) -> Result<T> {
    match allowed {
        Err(Error::Forbidden(scope)) if caller.may(scope) && scope == SubmissionsReview::NAME => {
            Err(Error::OutsideMunicipality(vec![]))
        }
        Err(Error::Forbidden(scope)) if caller.may(scope) => {
            let names = MUNICIPALITIES.names_of(db, row.municipality_ids.iter().copied()).await?;
            let names = names.of(&row.municipality_ids);
            Err(Error::NotSubmitter(if names.is_empty() {
                format!("the subject `{}`", row.submitted_by)
            } else {
                format!("a token that acts for {}", names.join(" or "))
            }))
        }
        allowed => allowed,
    }
}

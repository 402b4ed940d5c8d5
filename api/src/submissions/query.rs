//! What the database does to find submissions.

use entity::submission::{Entity, Model};
use entity::vocabulary::{Purpose, Stage};
use entity::{submission_action, submission_comment};
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseExecutor, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::dto::{Comment, Step, Submission, SubmissionFacet, SubmissionOrder, SubmissionQuery};
use super::kind::{Checkup, Kind};
use super::review::{Part, steps};
use crate::auth::{Caller, Scope, SubmissionsReview, SubmissionsWrite};
use crate::error::{Error, Result, Violation};
use crate::facets::{Label, Values, facets, plain, term};
use crate::filter::Filter;
use crate::keyset::SortKey;
use crate::listing::Plan;
use crate::resource::ResourceName;
use crate::reuse::completeness;

/// What somebody may see: the submissions of its municipalities, or its own where it acts for all; and who reviews, all that
/// were ever submitted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    subject: String,
    municipalities: Option<Vec<String>>,
    submits: bool,
    reviews: bool,
}

impl Sight {
    pub(super) fn of(caller: &Caller) -> Self {
        Self {
            subject: caller.subject.clone(),
            municipalities: caller.municipalities.as_ref().map(|own| own.iter().cloned().collect()),
            submits: caller.may(SubmissionsWrite::NAME),
            reviews: caller.is_unbound().is_ok() && caller.may(SubmissionsReview::NAME),
        }
    }

    /// The same as `part` says of one.
    pub(super) fn condition(&self) -> Condition {
        let own = self.submits.then(|| match &self.municipalities {
            Some(own) => Expr::cust_with_values("submission.municipalities && $1", [own.clone()]),
            None => Expr::cust_with_values("submission.submitted_by = $1", [self.subject.clone()]),
        });
        let reviewed = self.reviews.then(|| Expr::cust("submission.submitted_at is not null"));
        Condition::any().add(Expr::cust("false")).add_option(own).add_option(reviewed)
    }
}

/// What part somebody has in a submission; none, if it may not even know of it.
pub(super) fn part(row: &Model, caller: &Caller) -> Option<Part> {
    let own = match &caller.municipalities {
        Some(own) => row.municipalities.iter().any(|one| own.contains(one)),
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

pub(super) fn plan(query: &SubmissionQuery) -> Plan {
    let waiting = || SortKey::time("coalesce(submission.submitted_at, submission.created_at)");
    Plan {
        named: vec![],
        filters: filters(query),
        usual: waiting(),
        order: Plan::order(query.sort, |by| {
            Some(match by {
                SubmissionOrder::SubmittedAt => waiting(),
                SubmissionOrder::UpdatedAt => SortKey::time("submission.updated_at"),
            })
        }),
        facets: facets(query, &query.facets, filters, open),
    }
}

fn filters(query: &SubmissionQuery) -> Filter {
    let tables = query.resource.iter().map(|resource| resource.0.table.to_owned()).collect();
    let municipalities = query.municipality.clone();
    Filter::of_table("submission")
        .all(query.sight.condition())
        .term("stage", &query.stage)
        .text("resource", tables)
        .term("purpose", &query.purpose)
        .compare("municipalities && $1", (!municipalities.is_empty()).then_some(municipalities))
        .text("assigned_to", query.assigned_to.clone())
        .compare("assigned_to is not null = $1", query.assigned)
}

fn open(facet: SubmissionFacet, query: &mut SubmissionQuery) -> (&'static str, Values, Label) {
    match facet {
        SubmissionFacet::Stage => {
            query.stage.clear();
            ("stage", Values::Own("stage"), term::<Stage>)
        }
        SubmissionFacet::Purpose => {
            query.purpose.clear();
            ("purpose", Values::Own("purpose"), term::<Purpose>)
        }
        SubmissionFacet::AssignedTo => {
            query.assigned_to.clear();
            ("assigned_to", Values::Own("assigned_to"), plain)
        }
    }
}

/// What submissions look like in a list.
pub(super) fn views(rows: Vec<Model>, caller: &Caller) -> Result<Vec<Submission>> {
    rows.into_iter().map(|row| view(row, caller)).collect()
}

fn view(row: Model, caller: &Caller) -> Result<Submission> {
    let kind = Kind::of_table(&row.resource)?;
    let part = part(&row, caller);
    let (completeness, gaps) = completeness(&row.content, kind.wanted);
    Ok(Submission {
        id: row.id,
        resource: ResourceName(kind.resource),
        purpose: row.purpose,
        stage: row.stage,
        entry: row.entry_id.map(|id| kind.resource.href(&id.to_string())),
        based_on: row.base,
        content: row.content,
        municipalities: row.municipalities,
        submitted_by: row.submitted_by,
        assigned_to: row.assigned_to,
        assigned_by: row.assigned_by,
        violations: None,
        completeness,
        gaps,
        actions: part.map(|part| steps(row.stage, part)).unwrap_or_default(),
        comments: None,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
        submitted_at: row.submitted_at,
    })
}

/// One submission, if somebody may see it, and its part in it.
pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid, caller: &Caller) -> Result<(Model, Part)> {
    let row = Entity::find_by_id(id).filter(Sight::of(caller).condition()).one(db).await?.ok_or(Error::NotFound)?;
    let part = part(&row, caller).ok_or(Error::NotFound)?;
    Ok((row, part))
}

/// Refuses those who may not publish a submission, wherever it stands.
pub(super) async fn may_publish(db: &impl ConnectionTrait, id: Uuid, caller: &Caller) -> Result<()> {
    match one(db, id, caller).await? {
        (_, Part { reviews: false, .. }) => Err(Error::Forbidden(SubmissionsReview::NAME)),
        (_, Part { is_author: true, .. }) => Err(Error::FourEyes),
        _ => Ok(()),
    }
}

/// One submission with all that belongs to it.
pub(super) async fn whole<'c, C: ConnectionTrait>(db: &'c C, row: Model, caller: &Caller) -> Result<Submission>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let violations = match row.purpose {
        Purpose::Publish => checked(db, &row, caller).await?.violations,
        Purpose::Withdraw => vec![],
    };
    let mut submission = view(row, caller)?;
    submission.comments = Some(comments(db, submission.id).await?);
    submission.violations = Some(violations);
    Ok(submission)
}

/// What is found of the content, by the rules for entries and for whom somebody may submit.
pub(super) async fn checked<'c, C: ConnectionTrait>(db: &'c C, row: &Model, caller: &Caller) -> Result<Checkup>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let kind = Kind::of_table(&row.resource)?;
    let mut checkup = (kind.check)(db.into(), row.entry_id, row.content.clone()).await?;
    let Some(own) = caller.municipalities.as_ref() else { return Ok(checkup) };
    // What is another's affair already may stay so.
    let before = match (&row.base_content, row.entry_id) {
        (Some(base), Some(_)) => (kind.check)(db.into(), row.entry_id, base.clone()).await?.holders,
        _ => vec![],
    };
    let names = own.iter().cloned().collect::<Vec<_>>().join(", ");
    let strange = checkup.holders.iter().filter(|holder| !own.contains(*holder) && !before.contains(holder));
    let mut strange: Vec<String> =
        strange.map(|holder| format!("is the affair of {holder} too; this token submits for {names} alone")).collect();
    if checkup.holders.is_empty() && row.entry_id.is_none() && checkup.violations.is_empty() {
        strange.push(format!("must be the affair of one of those this token submits for: {names}"));
    }
    checkup.violations.extend(strange.into_iter().map(|detail| Violation::pointer("", detail)));
    Ok(checkup)
}

async fn comments(db: &impl ConnectionTrait, submission: Uuid) -> Result<Vec<Comment>> {
    let rows = submission_comment::Entity::find()
        .filter(submission_comment::Column::SubmissionId.eq(submission))
        .order_by_asc(submission_comment::Column::At)
        .order_by_asc(submission_comment::Column::Id);
    Ok(rows.all(db).await?.into_iter().map(comment).collect())
}

pub(super) fn comment(row: submission_comment::Model) -> Comment {
    Comment {
        id: row.id,
        at: row.at,
        side: row.side,
        actor: row.actor,
        pointer: row.pointer,
        body: row.body,
        resolved_at: row.resolved_at,
        resolved_by: row.resolved_by,
    }
}

/// The steps that were taken, oldest first.
pub(super) async fn taken(db: &impl ConnectionTrait, submission: Uuid) -> Result<Vec<Step>> {
    let rows = submission_action::Entity::find()
        .filter(submission_action::Column::SubmissionId.eq(submission))
        .order_by_asc(submission_action::Column::At)
        .order_by_asc(submission_action::Column::Id);
    let view = |row: submission_action::Model| Step {
        id: row.id,
        at: row.at,
        action: row.action,
        stage: row.stage,
        actor: row.actor,
        comment: row.comment,
    };
    Ok(rows.all(db).await?.into_iter().map(view).collect())
}

//! What the database does to find submissions.

use entity::submission::{Entity, Model};
use entity::vocabulary::{Purpose, ReviewAction, Stage};
use entity::{submission_action, submission_comment};
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseExecutor, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::dto::{Comment, Sight, Step, Submission, SubmissionFacet, SubmissionOrder, SubmissionQuery};
use super::kind::{Checkup, KINDS, Kind};
use super::review::{Part, after, is_open, steps};
use crate::auth::{Caller, Scope, SubmissionsReview, SubmissionsWrite};
use crate::error::{Error, Result, Violation};
use crate::facets::{Label, Values, facets, plain, term};
use crate::filter::Filter;
use crate::keyset::SortKey;
use crate::listing::Plan;
use crate::municipalities::MUNICIPALITIES;
use crate::resource::{ResourceName, ids};
use crate::reuse::completeness;

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
        named: vec![(&MUNICIPALITIES, query.municipality.clone())],
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

/// Refuses to look for what cannot be submitted.
pub(super) fn check(query: &SubmissionQuery) -> Result<()> {
    let strange =
        query.resource.iter().filter(|resource| KINDS.iter().all(|kind| kind.resource.table != resource.0.table));
    let violations: Vec<Violation> = strange
        .map(|resource| {
            let detail =
                format!("`{}` cannot be submitted; write solutions or practice-examples", resource.0.collection);
            Violation::parameter("resource", detail)
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(Error::Parameters(violations)) }
}

fn filters(query: &SubmissionQuery) -> Filter {
    let tables = query.resource.iter().map(|resource| resource.0.table.to_owned()).collect();
    let named = (!query.municipality.is_empty()).then(|| {
        let named = MUNICIPALITIES.named("m", ["$1", "$2"]);
        let sql = format!(
            "submission.municipalities && array(select coalesce(m.ags, m.slug) from municipality m where {named})"
        );
        Expr::cust_with_values(sql, [sea_orm::Value::from(query.municipality.clone()), ids(&query.municipality).into()])
    });
    Filter::of_table("submission")
        .all(query.sight.condition())
        .term("stage", &query.stage)
        .text("resource", tables)
        .term("purpose", &query.purpose)
        .and(named)
        .compare("updated_at >= $1", query.updated_since.map(|since| since.0))
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
    let (row, part) = one(db, id, caller).await?;
    after(Stage::Submitted, ReviewAction::Publish, part).map_err(|error| told(error, &row, caller)).map(drop)
}

/// Why somebody may not take a step who has the scope for it: it is another's affair, or that of all.
pub(super) fn told(error: Error, row: &Model, caller: &Caller) -> Error {
    match error {
        Error::Forbidden(scope) if caller.may(scope) => {
            let whose = (caller.municipalities.is_none()).then(|| row.submitted_by.clone());
            Error::Elsewhere(whose.into_iter().collect())
        }
        error => error,
    }
}

/// One submission with all that belongs to it.
pub(super) async fn whole<'c, C: ConnectionTrait>(db: &'c C, row: Model, caller: &Caller) -> Result<Submission>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let mut violations = match row.purpose {
        Purpose::Publish => checked(db, &row, caller).await?.violations,
        Purpose::Withdraw => vec![],
    };
    violations.extend(meanwhile(db, &row).await?);
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
    let is_strange = |holder: &String| !own.contains(holder) && !before.iter().any(|(one, _)| one == holder);
    let strange = checkup.holders.iter().filter(|(holder, _)| is_strange(holder)).map(|(holder, place)| {
        let detail = format!(
            "is the affair of {holder} too, and this token submits for {names} alone: leave it to the reviewers to add"
        );
        Violation::pointer(place, detail)
    });
    let mut strange: Vec<Violation> = strange.collect();
    if checkup.holders.is_empty() && row.entry_id.is_none() && checkup.violations.is_empty() {
        let detail = format!("must name one of those this token submits for: {names}");
        strange.push(Violation::pointer(kind.holders_at(), detail));
    }
    checkup.violations.extend(strange);
    Ok(checkup)
}

/// What became of the published entry since a submission was begun, if that stands in its way.
async fn meanwhile<'c, C: ConnectionTrait>(db: &'c C, row: &Model) -> Result<Option<Violation>>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let is_under_way = is_open(row.stage) || row.stage == Stage::Submitted;
    let Some(entry) = row.entry_id.filter(|_| is_under_way) else { return Ok(None) };
    let detail = match (Kind::of_table(&row.resource)?.published)(db.into(), entry).await? {
        None => "is about an entry that was deleted meanwhile; withdraw the submission".to_owned(),
        Some(published) if published.taking(row).is_some() => return Ok(None),
        Some(published) => match (row.purpose, row.stage) {
            (Purpose::Publish, _) => format!(
                "is overtaken: the entry was changed meanwhile; send the content again with `based_on` {}",
                published.revision
            ),
            (Purpose::Withdraw, Stage::Submitted) => {
                "is overtaken: the entry was changed meanwhile; what is to go has to be submitted again".to_owned()
            }
            // What is to go is looked at anew when it is submitted.
            (Purpose::Withdraw, _) => return Ok(None),
        },
    };
    Ok(Some(Violation::pointer("", detail)))
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
        content: row.content,
    };
    Ok(rows.all(db).await?.into_iter().map(view).collect())
}

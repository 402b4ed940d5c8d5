//! What the database does to find submissions.

use entity::submission::{Entity, Model};
use entity::vocabulary::{Purpose, ReviewAction, Stage};
use entity::{submission_action, submission_comment};
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseExecutor, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use uuid::Uuid;

use super::dto::{
    Comment, OwnershipChange, Sight, Step, Submission, SubmissionFacet, SubmissionOrder, SubmissionQuery,
};
use super::kind::{Checkup, KINDS, Kind, Rebased, rebase};
use super::merge::changed;
use super::review::{Part, after, is_open, steps};
use crate::auth::{Caller, Responsible, Scope, SubmissionsReview, SubmissionsWrite};
use crate::error::{Error, Result, Violation};
use crate::facets::{Label, Values, facets, plain, term};
use crate::filter::Filter;
use crate::keyset::SortKey;
use crate::listing::Plan;
use crate::municipalities::MUNICIPALITIES;
use crate::resource::{Names, ResourceName, ids};
use crate::reuse::completeness;
use crate::writing::{Referrers, referrers};

impl Sight {
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

pub(super) fn plan(query: &SubmissionQuery) -> Plan {
    let waiting = || SortKey::time("coalesce(submission.submitted_at, submission.created_at)");
    Plan {
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
    let owned = (!query.municipality.is_empty())
        .then(|| Expr::cust_with_values("submission.municipality_ids && $1", [ids(&query.municipality)]));
    Filter::of_table("submission")
        .all(query.sight.condition())
        .term("stage", &query.stage)
        .text("resource", tables)
        .term("purpose", &query.purpose)
        .and(owned)
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

/// Returns what submissions look like in a list: one statement for the names of their municipalities.
pub(super) async fn views(db: &impl ConnectionTrait, rows: Vec<Model>, caller: &Caller) -> Result<Vec<Submission>> {
    let names = MUNICIPALITIES.names_of(db, rows.iter().flat_map(|row| row.municipality_ids.iter().copied())).await?;
    rows.into_iter().map(|row| view(row, caller, &names)).collect()
}

fn view(row: Model, caller: &Caller, names: &Names) -> Result<Submission> {
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
        municipalities: names.of(&row.municipality_ids),
        submitted_by: row.submitted_by,
        assigned_to: row.assigned_to,
        assigned_by: row.assigned_by,
        violations: None,
        changes: None,
        ownership_change: None,
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
    match after(Stage::Submitted, ReviewAction::Publish, part) {
        Ok(_) => Ok(()),
        Err(error) => Err(told(db, error, &row, caller).await),
    }
}

/// Returns why a caller may not take a step whose scope its token has: the submission is that of others, or the token is bound to
/// municipalities and so reviews nothing.
pub(super) async fn told(db: &impl ConnectionTrait, error: Error, row: &Model, caller: &Caller) -> Error {
    match error {
        Error::Forbidden(scope) if caller.may(scope) && scope == SubmissionsReview::NAME => Error::Elsewhere(vec![]),
        Error::Forbidden(scope) if caller.may(scope) => {
            let names = MUNICIPALITIES.names_of(db, row.municipality_ids.iter().copied()).await;
            let names = match names {
                Ok(names) => names.of(&row.municipality_ids),
                Err(error) => return error,
            };
            Error::NotSubmitter(if names.is_empty() {
                format!("the subject `{}`", row.submitted_by)
            } else {
                format!("a token that acts for {}", names.join(" or "))
            })
        }
        error => error,
    }
}

/// One submission with all that belongs to it.
pub(super) async fn whole<'c, C: ConnectionTrait>(db: &'c C, row: Model, caller: &Caller) -> Result<Submission>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let found = look_at(db, &row, caller).await?;
    let mut submission = views(db, vec![row], caller).await?.pop().ok_or(Error::NotFound)?;
    submission.comments = Some(comments(db, submission.id).await?);
    submission.violations = Some(found.violations);
    submission.changes = found.changes;
    submission.ownership_change = found.ownership_change;
    Ok(submission)
}

/// What is to be said of a submission where it stands now.
#[derive(Default)]
struct Findings {
    violations: Vec<Violation>,
    changes: Option<Vec<String>>,
    ownership_change: Option<OwnershipChange>,
}

async fn look_at<'c, C: ConnectionTrait>(db: &'c C, row: &Model, caller: &Caller) -> Result<Findings>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let is_under_way = is_open(row.stage) || row.stage == Stage::Submitted;
    let kind = Kind::of_table(&row.resource)?;
    let Some(entry) = row.entry_id.filter(|_| is_under_way) else {
        let violations = match row.purpose {
            Purpose::Publish => checked(db, row, row.content.clone(), caller).await?.violations,
            Purpose::Withdraw => vec![],
        };
        return Ok(Findings { violations, ..Findings::default() });
    };
    let Some(published) = (kind.published)(db.into(), entry).await? else {
        let detail = "is about an entry that was deleted meanwhile; withdraw the submission";
        return Ok(Findings { violations: vec![Violation::pointer("", detail)], ..Findings::default() });
    };
    let Rebased { content, conflicts } = rebase(db, row, &published).await?;
    if row.purpose == Purpose::Withdraw {
        let mut violations = references(db, kind, entry).await?;
        // A withdrawal that is not submitted is looked at again when it is.
        if row.stage == Stage::Submitted && !conflicts.is_empty() {
            let detail =
                "the published entry was changed after this was submitted; the withdrawal has to be submitted again";
            violations.push(Violation::pointer("", detail));
        }
        return Ok(Findings { violations, ..Findings::default() });
    }
    let changes = changed(&published.content, &content);
    let Checkup { mut violations, owners, canonical } = checked(db, row, content, caller).await?;
    violations.extend(conflicting(&conflicts, published.revision));
    let ownership_change = canonical.and_then(|_| ownership_change(&published.owners, &owners));
    Ok(Findings { violations, changes: Some(changes), ownership_change })
}

/// Returns a violation for each member that the submission and others changed, each in its own way.
pub(super) fn conflicting(conflicts: &[String], revision: i64) -> Vec<Violation> {
    let detail = format!(
        "was changed in the published entry too; compare the two, and send the member again with `based_on` {revision}"
    );
    conflicts.iter().map(|pointer| Violation::pointer(pointer, detail.clone())).collect()
}

/// Returns a violation for each entry that keeps a withdrawal from being published.
async fn references(db: &impl ConnectionTrait, kind: &Kind, entry: Uuid) -> Result<Vec<Violation>> {
    let Referrers { links, count } = referrers(db, kind.resource, entry).await?;
    let rest = count.saturating_sub(links.len());
    let named = links.into_iter().map(|link| link.href);
    let named = named.chain((rest > 0).then(|| format!("{rest} more")));
    let detail = |name: String| {
        format!(
            "{name} refers to the entry, which can be withdrawn only after a reviewer has changed or deleted that reference"
        )
    };
    Ok(named.map(|name| Violation::pointer("", detail(name))).collect())
}

/// Returns which municipalities become responsible for an entry, and which are no longer; nothing if none does.
fn ownership_change(before: &[Responsible], after: &[Responsible]) -> Option<OwnershipChange> {
    let missing = |from: &[Responsible], of: &[Responsible]| -> Vec<String> {
        of.iter().filter(|one| from.iter().all(|other| other.id != one.id)).map(|one| one.name.clone()).collect()
    };
    let (added, removed) = (missing(before, after), missing(after, before));
    (!added.is_empty() || !removed.is_empty()).then_some(OwnershipChange { added, removed })
}

/// Returns what is found of content, by the rules for entries, and by the rule that a municipality proposes only entries that it is
/// responsible for, alone or with others.
pub(super) async fn checked<'c, C: ConnectionTrait>(
    db: &'c C,
    row: &Model,
    content: Value,
    caller: &Caller,
) -> Result<Checkup>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let kind = Kind::of_table(&row.resource)?;
    let mut checkup = (kind.check)(db.into(), row.entry_id, content).await?;
    let Some(own) = caller.municipalities.as_ref().filter(|_| row.entry_id.is_none()) else { return Ok(checkup) };
    let is_own = checkup.owners.iter().any(|owner| own.contains(&owner.id));
    let is_named = !checkup.owners.is_empty() || checkup.violations.is_empty();
    if is_named && !is_own {
        let own: Vec<Uuid> = own.iter().copied().collect();
        let names = MUNICIPALITIES.names_of(db, own.iter().copied()).await?.of(&own).join(", ");
        let others: Vec<&str> = checkup.owners.iter().map(|owner| owner.name.as_str()).collect();
        let others = if others.is_empty() { String::new() } else { format!(", not only {}", others.join(", ")) };
        let detail = format!("must name a municipality that this token acts for ({names}){others}");
        checkup.violations.push(Violation::pointer(kind.owners_at(), detail));
    }
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
        content: row.content,
    };
    Ok(rows.all(db).await?.into_iter().map(view).collect())
}

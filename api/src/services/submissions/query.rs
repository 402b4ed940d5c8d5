//! Database queries for submissions.

use entity::submission::Model;
use entity::submission_action;
use entity::vocabulary::{Purpose, ReviewAction, Stage};
use sea_orm::prelude::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseExecutor, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::actor::{not_found, role_of};
use super::dto::{Step, Submission, SubmissionFacet, SubmissionOrder, SubmissionQuery};
use super::findings::look_at;
use super::kind::{SUBMITTABLE, Submittable};
use super::remarks::comments;
use super::review::steps;
use crate::auth::Caller;
use crate::base::error::{Error, Result, Violation};
use crate::model::catalog::{MUNICIPALITIES, ResourceName};
use crate::model::reuse::completeness;
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::ListPlan;
use crate::query::lookup::{Names, ids};

pub(super) fn plan(query: &SubmissionQuery) -> ListPlan {
    let waiting = || SortKey::time("coalesce(submission.submitted_at, submission.created_at)");
    ListPlan {
        filters: filters(query),
        default_order: waiting(),
        order: ListPlan::order(query.sort, |by| {
            Some(match by {
                SubmissionOrder::SubmittedAt => waiting(),
                SubmissionOrder::UpdatedAt => SortKey::time("submission.updated_at"),
            })
        }),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

/// Fails with `Error::Parameters` for resources that accept no submissions.
pub(super) fn check(query: &SubmissionQuery) -> Result<()> {
    let strange =
        query.resource.iter().filter(|resource| SUBMITTABLE.iter().all(|kind| kind.resource.table != resource.0.table));
    let violations: Vec<Violation> = strange
        .map(|resource| Violation::parameter("resource", super::input::not_submittable(resource.0.collection)))
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(Error::Parameters(violations)) }
}

fn filters(query: &SubmissionQuery) -> Filter {
    let tables = query.resource.iter().map(|resource| resource.0.table.to_owned()).collect();
    let owned = (!query.municipality.is_empty())
        .then(|| Expr::cust_with_values("submission.municipality_ids && $1", [ids(&query.municipality)]));
    Filter::of_table("submission")
        .all(query.visibility.condition())
        .term("stage", &query.stage)
        .text("resource", tables)
        .term("purpose", &query.purpose)
        .and(owned)
        .compare("updated_at >= $1", query.updated_since.map(|since| since.0))
        .text("assigned_to", query.assigned_to.clone())
        .present("assigned_to", query.assigned)
}

facet_specs! {
    SubmissionFacet of SubmissionQuery;
    Stage => stage: Column("stage"), term::<Stage>;
    Purpose => purpose: Column("purpose"), term::<Purpose>;
    AssignedTo => assigned_to: Column("assigned_to"), plain;
}

/// Returns the representations of submissions in a list, with one statement for the keys of all municipalities.
pub(super) async fn views(db: &impl ConnectionTrait, rows: Vec<Model>, caller: &Caller) -> Result<Vec<Submission>> {
    let names = MUNICIPALITIES.names_of(db, rows.iter().flat_map(|row| row.municipality_ids.iter().copied())).await?;
    rows.into_iter().map(|row| view(row, caller, &names)).collect()
}

fn view(row: Model, caller: &Caller, names: &Names) -> Result<Submission> {
    let kind = Submittable::of_table(&row.resource)?;
    let role = role_of(&row, caller);
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
        actions: role.map(|role| steps(row.stage, role)).unwrap_or_default(),
        comments: None,
        revision: row.revision,
        created_at: row.created_at,
        updated_at: row.updated_at,
        submitted_at: row.submitted_at,
    })
}

/// Returns the full representation of a submission, with comments and the results of all checks.
pub(super) async fn whole<'c, C: ConnectionTrait>(db: &'c C, row: Model, caller: &Caller) -> Result<Submission>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let found = look_at(db, &row, caller).await?;
    let id = row.id;
    let mut submission = views(db, vec![row], caller).await?.pop().ok_or_else(|| not_found(id))?;
    submission.comments = Some(comments(db, submission.id).await?);
    submission.violations = Some(found.violations);
    if found.is_gone {
        submission.actions.retain(|action| !matches!(action, ReviewAction::Submit | ReviewAction::Publish));
    }
    submission.changes = found.changes;
    submission.ownership_change = found.ownership_change;
    Ok(submission)
}

/// Returns the steps of a submission, oldest first.
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

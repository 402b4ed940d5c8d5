//! Steps of a review. One transaction changes the submission, records the step, queues webhook messages, and writes the entry.

use entity::submission::Model;
use entity::vocabulary::{Purpose, ReviewAction, Stage, Vocabulary};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::actor::{explained, lock_for_update};
use super::findings::{checked, conflicting};
use super::input::StepInput;
use super::kind::{Published, Rebased, Submittable, rebase};
use super::names::named;
use super::review::{after, is_review};
use super::store::{Owners, current, edit_conflict};
use crate::auth::Caller;
use crate::base::db::author::Author;
use crate::base::db::{Write, sql, written};
use crate::base::error::{Error, Result};
use crate::base::public_url::public_path;
use crate::model::catalog::ResourceName;
use crate::services::webhooks::{SubmissionStep, tell_step};

/// Takes a step other than `publish`. Such a step leaves the directory unchanged. Fails if the submission is not
/// visible to the caller, the stage or the role does not allow the step, or submitted content is invalid or in conflict
/// with the published entry.
pub(super) async fn step(
    tx: &DatabaseTransaction,
    author: &Author,
    id: Uuid,
    caller: &Caller,
    input: StepInput,
) -> Result<Model> {
    let (row, role) = lock_for_update(tx, id, caller).await?;
    let stage = explained(tx, after(row.stage, input.action, role), &row, caller).await?;
    let owners = match input.action {
        ReviewAction::Submit => Some(submit(tx, row, caller).await?),
        action if is_review(action) => Some(owners(tx, &row).await?),
        _ => None,
    };
    let result = StepResult { stage, entry: None, owners };
    take(tx, author, id, input, result).await
}

/// Changes of a submission by a step.
struct StepResult {
    stage: Stage,
    entry: Option<Uuid>,
    /// New owners; `None` keeps the current ones.
    owners: Option<Vec<Uuid>>,
}

async fn take(
    tx: &DatabaseTransaction,
    author: &Author,
    id: Uuid,
    input: StepInput,
    result: StepResult,
) -> Result<Model> {
    const TAKE: &str = "update submission set stage = $2, entry_id = coalesce($3, entry_id), municipality_ids = coalesce($4, municipality_ids), \
            submitted_at = case when $5 = 'submit' then now() else submitted_at end, \
            authors = case when $5 <> 'submit' or $6 = any (authors) then authors else authors || $6 end, \
            revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    let StepResult { stage, entry, owners } = result;
    let values: [Value; 6] = [
        id.into(),
        stage.value().into(),
        entry.into(),
        owners.into(),
        input.action.value().into(),
        author.actor.clone().into(),
    ];
    let row = written(tx, sql(TAKE, values)).await?;
    note(tx, author, &row, input).await?;
    Ok(row)
}

/// Records the step that led to the current stage, and queues webhook messages for the owners.
async fn note(tx: &DatabaseTransaction, author: &Author, row: &Model, input: StepInput) -> Result<()> {
    const NOTE: &str = "insert into submission_action (id, submission_id, action, stage, actor, token_id, comment, content) \
        values ($1, $2, $3, $4, $5, $6, $7, $8::text::json)";
    let StepInput { action, comment } = input;
    let event = Uuid::now_v7();
    let submitted = (action == ReviewAction::Submit).then(|| row.content.to_string());
    let values: [Value; 8] = [
        event.into(),
        row.id.into(),
        action.value().into(),
        row.stage.value().into(),
        author.actor.clone().into(),
        author.token.into(),
        comment.clone().into(),
        submitted.into(),
    ];
    tx.execute_raw(sql(NOTE, values)).await?;
    let kind = Submittable::of_table(&row.resource)?;
    let step = SubmissionStep {
        submission: public_path(format_args!("/v1/submissions/{}", row.id)),
        resource: ResourceName(kind.resource),
        purpose: row.purpose,
        action,
        stage: row.stage,
        actor: author.actor.clone(),
        comment,
        entry: row.entry_id.map(|id| kind.resource.href(&id.to_string())),
    };
    tell_step(tx, row, event, step).await
}

/// Merges the submission with the current published entry, and returns the owners of the submission. Fails with
/// `Error::Invalid` for content that could not be published. A withdrawal may be submitted while other entries refer to
/// its entry: its violations list the references, and reviewers can remove them.
async fn submit(tx: &DatabaseTransaction, mut row: Model, caller: &Caller) -> Result<Vec<Uuid>> {
    if let Some(published) = &current(tx, &row).await? {
        row = match row.purpose {
            // Submitting a withdrawal accepts the current state of the entry as its base.
            Purpose::Withdraw => keep(tx, &row, published, &published.content).await?,
            Purpose::Publish => rebase_onto(tx, row, published).await?,
        };
    }
    if row.purpose == Purpose::Publish {
        let violations = checked(tx, &row, row.content.clone(), caller).await?.violations;
        if !violations.is_empty() {
            return Err(Error::Invalid(violations));
        }
    }
    owners(tx, &row).await
}

/// Merges a submission with the changes of the published entry since its base revision. Fails with
/// `Error::EditConflict` if both changed the same members.
async fn rebase_onto(tx: &DatabaseTransaction, row: Model, published: &Published) -> Result<Model> {
    let Rebased { content, conflicts } = rebase(tx, &row, published).await?;
    if !conflicts.is_empty() {
        let conflicts = match row.purpose {
            Purpose::Publish => conflicting(&conflicts, published.revision),
            Purpose::Withdraw => vec![],
        };
        return Err(edit_conflict(&row, published, row.content.clone(), conflicts));
    }
    if Some(published.revision) == row.base && content == row.content {
        return Ok(row);
    }
    keep(tx, &row, published, &content).await
}

/// Stores content that is based on the current published entry.
async fn keep(tx: &DatabaseTransaction, row: &Model, published: &Published, content: &Json) -> Result<Model> {
    const KEEP: &str = "update submission set base = $2, base_content = $3::text::json, content = $4::text::json, names = $5::text::jsonb \
        where id = $1 returning *";
    let names = named(tx, Submittable::of_table(&row.resource)?, [content, &published.content]).await?;
    let values: [Value; 5] = [
        row.id.into(),
        published.revision.into(),
        published.content.to_string().into(),
        content.to_string().into(),
        names.to_string().into(),
    ];
    written(tx, sql(KEEP, values)).await
}

/// Returns the municipalities that own a submission, given the current published entry.
async fn owners(tx: &DatabaseTransaction, row: &Model) -> Result<Vec<Uuid>> {
    let kind = Submittable::of_table(&row.resource)?;
    let published = kind.published_of(tx, row).await?;
    let owners = Owners { created_for: &row.created_for, was_submitted: true, published: published.as_ref() };
    owners.with_those_of(tx, kind, row.entry_id, &row.content).await
}

/// Publishes the content or withdraws the entry, and records the step in the same transaction. Fails like `step`; a
/// withdrawal also fails while other entries refer to the entry.
pub(super) async fn publish(write: &Write, id: Uuid, caller: &Caller, input: StepInput) -> Result<Model> {
    let (mut row, role) = lock_for_update(&write.tx, id, caller).await?;
    let stage = explained(&write.tx, after(row.stage, input.action, role), &row, caller).await?;
    let kind = Submittable::of_table(&row.resource)?;
    if let Some(published) = current(&write.tx, &row).await? {
        row = rebase_onto(&write.tx, row, &published).await?;
    }
    // Municipalities that have become responsible since the submission own it too, and receive webhook messages.
    let owners = owners(&write.tx, &row).await?;
    let entry = match (row.purpose, row.entry_id) {
        (Purpose::Withdraw, Some(entry)) => {
            (kind.withdraw)(write, entry, row.content).await?;
            entry
        }
        (_, entry) => (kind.publish)(write, entry, row.content).await?,
    };
    let result = StepResult { stage, entry: Some(entry), owners: Some(owners) };
    take(&write.tx, &write.author, id, input, result).await
}

//! What the database does to take a step: it is noted, told, and what is published or withdrawn is written, in one transaction.

use entity::submission::Model;
use entity::vocabulary::{Purpose, ReviewAction, Stage, Vocabulary};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use uuid::Uuid;

use super::input::StepInput;
use super::kind::{Kind, Published};
use super::query::{checked, told};
use super::review::after;
use super::store::{current, held, overtaken};
use crate::auth::Caller;
use crate::change::Author;
use crate::db::{Write, sql, written};
use crate::error::{Error, Result};
use crate::resource::ResourceName;
use crate::webhooks::{SubmissionStep, tell_step};
use crate::writing::refuse_if_referred;

/// Takes a step that leaves the directory as it is.
pub(super) async fn step(
    tx: &DatabaseTransaction,
    author: &Author,
    (id, caller): (Uuid, &Caller),
    input: StepInput,
) -> Result<Model> {
    let (row, part) = held(tx, id, caller).await?;
    let stage = after(row.stage, input.action, part).map_err(|error| told(error, &row, caller))?;
    let municipalities = if input.action == ReviewAction::Submit { submit(tx, &row, caller).await? } else { None };
    let taken = Taken { stage, entry: None, municipalities };
    take(tx, author, (id, input), taken).await
}

/// What a step changes.
struct Taken {
    stage: Stage,
    entry: Option<Uuid>,
    municipalities: Option<Vec<String>>,
}

async fn take(
    tx: &DatabaseTransaction,
    author: &Author,
    (id, input): (Uuid, StepInput),
    taken: Taken,
) -> Result<Model> {
    const TAKE: &str = "update submission set stage = $2, entry_id = coalesce($3, entry_id), municipalities = coalesce($4, municipalities), \
            submitted_at = case when $5 = 'submit' then now() else submitted_at end, \
            authors = case when $5 <> 'submit' or $6 = any (authors) then authors else authors || $6 end, \
            revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    let Taken { stage, entry, municipalities } = taken;
    let values: [Value; 6] = [
        id.into(),
        stage.value().into(),
        entry.into(),
        municipalities.into(),
        input.action.value().into(),
        author.actor.clone().into(),
    ];
    let row = written(tx, sql(TAKE, values)).await?;
    note(tx, author, &row, input).await?;
    Ok(row)
}

/// Notes the step that led to where a submission stands, and tells those whose it is.
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
    let kind = Kind::of_table(&row.resource)?;
    let step = SubmissionStep {
        submission: format!("/v1/submissions/{}", row.id),
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

/// Refuses to submit what could not be published; gives the municipalities it is submitted for.
async fn submit(tx: &DatabaseTransaction, row: &Model, caller: &Caller) -> Result<Option<Vec<String>>> {
    const REBASE: &str =
        "update submission set base = $2, base_content = $3::text::json, content = $3::text::json where id = $1";
    if row.purpose == Purpose::Withdraw {
        // Whoever asks for it again has seen what is to go.
        if let Some(Published { revision, content, .. }) = current(tx, row).await? {
            tx.execute_raw(sql(REBASE, [row.id.into(), revision.into(), content.to_string().into()])).await?;
        }
        if let Some(entry) = row.entry_id {
            refuse_if_referred(tx, Kind::of_table(&row.resource)?.resource, entry).await?;
        }
        return Ok(None);
    }
    if let Some(published) = current(tx, row).await?
        && published.taking(row).is_none()
    {
        return Err(overtaken(row, published, row.content.clone()));
    }
    let checkup = checked(tx, row, caller).await?;
    if !checkup.violations.is_empty() {
        return Err(Error::Invalid(checkup.violations));
    }
    let own = |holder: &String| caller.municipalities.as_ref().is_none_or(|own| own.contains(holder));
    let holders: Vec<String> = checkup.holders.into_iter().map(|(holder, _)| holder).filter(own).collect();
    Ok((!holders.is_empty()).then_some(holders))
}

/// Publishes what was submitted, or withdraws what was published, in the transaction that notes it.
pub(super) async fn publish(write: &Write, (id, caller): (Uuid, &Caller), input: StepInput) -> Result<Model> {
    let (row, part) = held(&write.tx, id, caller).await?;
    let stage = after(row.stage, input.action, part).map_err(|error| told(error, &row, caller))?;
    let kind = Kind::of_table(&row.resource)?;
    let content = match current(&write.tx, &row).await? {
        Some(published) => match published.taking(&row) {
            Some(content) => content,
            None => return Err(overtaken(&row, published, row.content.clone())),
        },
        None => row.content.clone(),
    };
    let entry = match (row.purpose, row.entry_id) {
        (Purpose::Withdraw, Some(entry)) => {
            (kind.withdraw)(write, entry, content).await?;
            entry
        }
        (_, entry) => (kind.publish)(write, entry, content).await?,
    };
    let taken = Taken { stage, entry: Some(entry), municipalities: None };
    take(&write.tx, &write.author, (id, input), taken).await
}

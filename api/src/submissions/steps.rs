//! What the database does to take a step: it is noted, told, and what is published or withdrawn is written, in one transaction.

use entity::submission::Model;
use entity::vocabulary::{Purpose, ReviewAction, Stage, Vocabulary};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use serde_json::Value as Json;
use uuid::Uuid;

use super::input::StepInput;
use super::kind::{Kind, Published};
use super::query::checked;
use super::review::after;
use super::store::{current, held, overtaken};
use crate::auth::Caller;
use crate::change::Author;
use crate::db::{Write, sql, written};
use crate::error::{Error, Result};
use crate::resource::ResourceName;
use crate::webhooks::{SubmissionStep, tell_step};

/// Takes a step that leaves the directory as it is.
pub(super) async fn step(
    tx: &DatabaseTransaction,
    author: &Author,
    (id, caller): (Uuid, &Caller),
    input: StepInput,
) -> Result<Model> {
    let (row, part) = held(tx, id, caller).await?;
    let stage = after(row.stage, input.action, part)?;
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
    const NOTE: &str = "insert into submission_action (id, submission_id, action, stage, actor, token_id, comment) \
        values ($1, $2, $3, $4, $5, $6, $7)";
    let StepInput { action, comment } = input;
    let event = Uuid::now_v7();
    let values: [Value; 7] = [
        event.into(),
        row.id.into(),
        action.value().into(),
        row.stage.value().into(),
        author.actor.clone().into(),
        author.token.into(),
        comment.clone().into(),
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
        return Ok(None);
    }
    let checkup = checked(tx, row, caller).await?;
    if !checkup.violations.is_empty() {
        return Err(Error::Invalid(checkup.violations));
    }
    let own = |holder: &String| caller.municipalities.as_ref().is_none_or(|own| own.contains(holder));
    let holders: Vec<String> = checkup.holders.into_iter().filter(own).collect();
    Ok((!holders.is_empty()).then_some(holders))
}

/// Was nothing meanwhile but the entry confirmed? Then the content takes over the day.
fn keeps_up(content: &mut Json, mut base: Json, published: &Json) -> bool {
    const DAY: &str = "last_confirmed_on";
    let (day, before) = (published.get(DAY).cloned(), base.get(DAY).cloned());
    set(&mut base, DAY, day.clone());
    if base != *published {
        return false;
    }
    if content.get(DAY).cloned() == before {
        set(content, DAY, day);
    }
    true
}

fn set(content: &mut Json, member: &str, value: Option<Json>) {
    if let Some(members) = content.as_object_mut() {
        match value {
            Some(value) => members.insert(member.to_owned(), value),
            None => members.remove(member),
        };
    }
}

/// Publishes what was submitted, or withdraws what was published, in the transaction that notes it.
pub(super) async fn publish(write: &Write, (id, caller): (Uuid, &Caller), input: StepInput) -> Result<Model> {
    let (row, part) = held(&write.tx, id, caller).await?;
    let stage = after(row.stage, input.action, part)?;
    let kind = Kind::of_table(&row.resource)?;
    let mut content = row.content.clone();
    if let Some(published) = current(&write.tx, &row).await?
        && Some(published.revision) != row.base
        && !keeps_up(&mut content, row.base_content.clone().unwrap_or_default(), &published.content)
    {
        return Err(overtaken(&row, published, content));
    }
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

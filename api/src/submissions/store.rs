//! What the database does to keep submissions. Whoever changes one holds its row until the end of the transaction.

use entity::submission::{Entity, Model};
use entity::submission_comment;
use entity::vocabulary::{Purpose, ReviewAction, Side, Stage, Vocabulary};
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, Value};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::input::{CommentInput, ContentInput, StepInput, SubmissionInput};
use super::kind::{Kind, Published};
use super::query::{Sight, checked, part};
use super::review::{Part, after, is_open};
use crate::auth::Caller;
use crate::change::{Author, absent};
use crate::db::{Write, sql, written};
use crate::error::{Error, Overtaken, Result, Violation};
use crate::http::{Held, Key};
use crate::resource::ResourceName;
use crate::webhooks::{SubmissionStep, tell_step};
use crate::writing::is_affair;

/// Begins a submission.
pub(super) async fn begin(tx: &DatabaseTransaction, caller: &Caller, input: SubmissionInput) -> Result<Model> {
    const BEGIN: &str = "insert into submission (id, resource, purpose, stage, entry_id, base, base_content, content, municipalities, submitted_by, authors) \
        values ($1, $2, $3, 'draft', $4, $5, $6::text::json, $7::text::json, $8, $9, array[$9]) returning *";
    caller.acts_for_any()?;
    let SubmissionInput { resource, purpose, entry, content } = input;
    let kind = Kind::of_table(resource.0.table)?;
    let entry = match entry {
        Some(name) => Some(named(tx, kind, &name).await?),
        None => None,
    };
    if let Some((id, published)) = &entry
        && !is_affair(tx, kind.resource.table, *id, caller).await?
    {
        return Err(Error::Elsewhere(published.holders.clone()));
    }
    let base = entry.as_ref().map(|(_, published)| &published.content);
    // What is to go goes as it is.
    let content =
        content.filter(|_| purpose == Purpose::Publish).or_else(|| base.cloned()).unwrap_or_else(|| json!({}));
    let values: [Value; 9] = [
        Uuid::now_v7().into(),
        kind.resource.table.into(),
        purpose.value().into(),
        entry.as_ref().map(|(id, _)| *id).into(),
        entry.as_ref().map(|(_, published)| published.revision).into(),
        base.map(ToString::to_string).into(),
        content.to_string().into(),
        caller.municipalities.iter().flatten().cloned().collect::<Vec<_>>().into(),
        caller.subject.clone().into(),
    ];
    written(tx, sql(BEGIN, values)).await
}

/// The published entry that a name leads to.
async fn named(tx: &DatabaseTransaction, kind: &Kind, name: &str) -> Result<(Uuid, Published)> {
    let names = [name.to_owned()];
    let mut found = kind.resource.find(tx, &names).await?;
    if found.is_empty() {
        found = kind.resource.find_once(tx, &names).await?;
    }
    let published = match found.remove(name) {
        Some(found) => (kind.published)(tx.into(), found.id).await?.map(|published| (found.id, published)),
        None => None,
    };
    published.ok_or_else(|| {
        let detail = format!("`{name}` names no entry of /v1/{}", kind.resource.collection);
        Error::Invalid(vec![Violation::pointer("/entry", detail)])
    })
}

/// A submission that nobody else changes until the transaction ends, and the part that somebody has in it.
pub(super) async fn held(tx: &DatabaseTransaction, id: Uuid, caller: &Caller) -> Result<(Model, Part)> {
    // Of what somebody may not see not even the lock is tried.
    let row = Entity::find_by_id(id).filter(Sight::of(caller).condition()).lock_exclusive().one(tx).await?;
    let row = row.ok_or(Error::NotFound)?;
    let part = part(&row, caller).ok_or(Error::NotFound)?;
    Ok((row, part))
}

/// Writes what is made of the content, if it is what was read.
pub(super) async fn rewrite(
    tx: &DatabaseTransaction,
    (id, held_revision): (Uuid, Held),
    caller: &Caller,
    revise: impl FnOnce(&ContentInput) -> Result<ContentInput>,
) -> Result<Model> {
    const REWRITE: &str = "update submission set content = $2::text::json, base = $3, base_content = $4::text::json, \
            authors = case when $5 = any (authors) then authors else authors || $5 end, revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    let (row, part) = held(tx, id, caller).await?;
    if !part.submits {
        return Err(Error::Forbidden("submissions:write"));
    }
    if !is_open(row.stage) || row.purpose == Purpose::Withdraw {
        return Err(Error::Closed(row.stage.value()));
    }
    held_revision.check(row.revision)?;
    let ContentInput { content, based_on } = revise(&ContentInput { content: row.content.clone(), based_on: None })?;
    let (mut base, mut base_content) = (row.base, row.base_content.clone());
    if let Some(based_on) = based_on {
        let published = current(tx, &row).await?.ok_or_else(|| {
            Error::Invalid(vec![Violation::pointer("/based_on", "must be left out: nothing is published yet")])
        })?;
        if published.revision != based_on {
            return Err(overtaken(&row, published, content));
        }
        (base, base_content) = (Some(based_on), Some(published.content));
    }
    let values: [Value; 5] = [
        id.into(),
        // As text: a value of the database's own binary kind would lose the order of members.
        content.to_string().into(),
        base.into(),
        base_content.map(|content| content.to_string()).into(),
        caller.subject.clone().into(),
    ];
    written(tx, sql(REWRITE, values)).await
}

/// The entry a submission is about, as it is published now.
async fn current(tx: &DatabaseTransaction, row: &Model) -> Result<Option<Published>> {
    let Some(entry) = row.entry_id else { return Ok(None) };
    let kind = Kind::of_table(&row.resource)?;
    match (kind.published)(tx.into(), entry).await? {
        Some(published) => Ok(Some(published)),
        None => Err(absent(tx, kind.resource, &Key::of(entry)).await),
    }
}

fn overtaken(row: &Model, published: Published, submitted: Json) -> Error {
    let base = row.base_content.clone().unwrap_or_default();
    Error::Overtaken(Box::new(Overtaken {
        revision: published.revision,
        base,
        published: published.content,
        submitted,
    }))
}

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

/// Adds a remark.
pub(super) async fn remark(
    tx: &DatabaseTransaction,
    (id, caller): (Uuid, &Caller),
    input: CommentInput,
) -> Result<submission_comment::Model> {
    const REMARK: &str = "insert into submission_comment (id, submission_id, actor, side, pointer, body) \
        values ($1, $2, $3, $4, $5, $6) returning *";
    let (_, part) = held(tx, id, caller).await?;
    let side = if part.submits { Side::Municipality } else { Side::Review };
    let values: [Value; 6] = [
        Uuid::now_v7().into(),
        id.into(),
        caller.subject.clone().into(),
        side.value().into(),
        input.pointer.into(),
        input.body.into(),
    ];
    written(tx, sql(REMARK, values)).await
}

/// Notes that a remark is settled; tells whether it was not before.
pub(super) async fn resolve(
    tx: &DatabaseTransaction,
    (id, comment): (Uuid, Uuid),
    caller: &Caller,
) -> Result<(submission_comment::Model, bool)> {
    const RESOLVE: &str =
        "update submission_comment set resolved_at = now(), resolved_by = $2 where id = $1 returning *";
    held(tx, id, caller).await?;
    let row = submission_comment::Entity::find_by_id(comment).one(tx).await?;
    let row = row.filter(|row| row.submission_id == id).ok_or(Error::NotFound)?;
    if row.resolved_at.is_some() {
        return Ok((row, false));
    }
    written(tx, sql(RESOLVE, [comment.into(), caller.subject.clone().into()])).await.map(|row| (row, true))
}

/// Settles who reviews it.
pub(super) async fn assign(
    tx: &DatabaseTransaction,
    (id, caller): (Uuid, &Caller),
    to: Option<String>,
) -> Result<Model> {
    const ASSIGN: &str = "update submission set assigned_to = $2, assigned_by = case when $2 is not null then $3 end, \
            revision = revision + 1, updated_at = now() \
        where id = $1 returning *";
    let (_, part) = held(tx, id, caller).await?;
    if !part.reviews {
        return Err(Error::Forbidden("submissions:review"));
    }
    written(tx, sql(ASSIGN, [id.into(), to.into(), caller.subject.clone().into()])).await
}

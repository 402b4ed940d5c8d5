//! What the database does to keep submissions. Whoever changes one holds its row until the end of the transaction.

use entity::submission::{Column, Entity, Model};
use entity::submission_comment;
use entity::vocabulary::{Purpose, Side, Stage, Vocabulary};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Value};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::dto::Sight;
use super::input::{CommentInput, ContentInput, SubmissionInput};
use super::kind::{Kind, Published};
use super::query::{part, told};
use super::review::{Part, is_open};
use crate::auth::{Caller, Scope, SubmissionsWrite};
use crate::change::absent;
use crate::db::{sql, written};
use crate::error::{Error, Overtaken, Result, Violation};
use crate::http::{Held, Key};
use crate::writing::is_affair;

/// Drafts of one submitter, and remarks on one submission.
const MOST: u64 = 500;

/// Begins a submission.
pub(super) async fn begin(tx: &DatabaseTransaction, caller: &Caller, input: SubmissionInput) -> Result<Model> {
    const BEGIN: &str = "insert into submission (id, resource, purpose, stage, entry_id, base, base_content, content, municipalities, submitted_by, authors) \
        values ($1, $2, $3, 'draft', $4, $5, $6::text::json, $7::text::json, $8, $9, array[$9]) returning *";
    caller.acts_for_any()?;
    let drafts = Entity::find().filter(Column::Stage.eq(Stage::Draft)).filter(Column::SubmittedBy.eq(&caller.subject));
    if drafts.count(tx).await? >= MOST {
        return Err(Error::Enough("drafts that you began", MOST));
    }
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
    let mut found = kind.resource.find_ever(tx, &[name.to_owned()]).await?;
    let published = match found.remove(name) {
        Some(found) => (kind.published)(tx.into(), found.id).await?.map(|published| (found.id, published)),
        None => None,
    };
    published.ok_or_else(|| Error::Invalid(vec![Violation::pointer("/entry", kind.resource.leads_nowhere(name))]))
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
        return Err(told(Error::Forbidden(SubmissionsWrite::NAME), &row, caller));
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
pub(super) async fn current(tx: &DatabaseTransaction, row: &Model) -> Result<Option<Published>> {
    let Some(entry) = row.entry_id else { return Ok(None) };
    let kind = Kind::of_table(&row.resource)?;
    match (kind.published)(tx.into(), entry).await? {
        Some(published) => Ok(Some(published)),
        None => Err(absent(tx, kind.resource, &Key::of(entry)).await),
    }
}

pub(super) fn overtaken(row: &Model, published: Published, submitted: Json) -> Error {
    let base = row.base_content.clone().unwrap_or_default();
    Error::Overtaken(Box::new(Overtaken {
        revision: published.revision,
        base,
        published: published.content,
        submitted,
    }))
}

/// Adds a remark.
pub(super) async fn remark(
    tx: &DatabaseTransaction,
    (id, caller): (Uuid, &Caller),
    input: CommentInput,
) -> Result<submission_comment::Model> {
    const REMARK: &str = "insert into submission_comment (id, submission_id, actor, side, pointer, body) \
        values ($1, $2, $3, $4, $5, $6) returning *";
    let (row, part) = held(tx, id, caller).await?;
    let made = submission_comment::Entity::find().filter(submission_comment::Column::SubmissionId.eq(row.id)).count(tx);
    if made.await? >= MOST {
        return Err(Error::Enough("remarks on this submission", MOST));
    }
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
    // Who has read the content may change it all the same.
    const ASSIGN: &str = "update submission set assigned_to = $2, assigned_by = case when $2 is not null then $3 end, \
            updated_at = now() \
        where id = $1 returning *";
    let (row, part) = held(tx, id, caller).await?;
    if !part.reviews {
        return Err(Error::Elsewhere(vec![]));
    }
    if to.as_ref().is_some_and(|to| row.authors.contains(to)) {
        let detail = "wrote or submitted it, and cannot review it: somebody else has to";
        return Err(Error::Invalid(vec![Violation::pointer("/to", detail)]));
    }
    written(tx, sql(ASSIGN, [id.into(), to.into(), caller.subject.clone().into()])).await
}

//! Comments on submissions.

use entity::submission_comment::{Column, Entity, Model};
use entity::vocabulary::{Side, Vocabulary};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Value,
};
use uuid::Uuid;

use super::actor::lock_for_update;
use super::dto::Comment;
use super::form::Forms;
use super::input::CommentInput;
use super::kind::Submittable;
use crate::auth::Caller;
use crate::base::db::{sql, written};
use crate::base::error::{Error, Quota, Result, Rule, Violation};

/// Creates a comment. Fails with 404 if the submission is not visible to the caller, with `Error::QuotaExceeded` at the
/// maximum number of comments, and with `Error::Invalid` if the content has no member at the pointer.
pub(super) async fn remark(
    tx: &DatabaseTransaction,
    forms: &Forms,
    id: Uuid,
    caller: &Caller,
    input: CommentInput,
) -> Result<Model> {
    const REMARK: &str = "insert into submission_comment (id, submission_id, actor, side, pointer, body) \
        values ($1, $2, $3, $4, $5, $6) returning *";
    let (row, role) = lock_for_update(tx, id, caller).await?;
    let made = Entity::find().filter(Column::SubmissionId.eq(row.id)).count(tx);
    if made.await? >= Quota::Comments.max() {
        return Err(Error::QuotaExceeded(Quota::Comments));
    }
    if let Some(pointer) = &input.pointer
        && row.content.pointer(pointer).is_none()
        && !forms.has_member(Submittable::of_table(&row.resource)?, pointer)
    {
        let unknown = Rule::NoMemberAtPointer { value: pointer.clone() };
        return Err(Error::Invalid(vec![Violation::pointer("/pointer", unknown)]));
    }
    let side = if role.submits { Side::Municipality } else { Side::Review };
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

/// Marks a comment as resolved. Returns the comment, and whether this call resolved it. Fails with 404 for an unknown
/// comment, or if the submission is not visible to the caller.
pub(super) async fn resolve(
    tx: &DatabaseTransaction,
    id: Uuid,
    comment: Uuid,
    caller: &Caller,
) -> Result<(Model, bool)> {
    const RESOLVE: &str =
        "update submission_comment set resolved_at = now(), resolved_by = $2 where id = $1 returning *";
    lock_for_update(tx, id, caller).await?;
    let row = Entity::find_by_id(comment).one(tx).await?;
    let unknown = || Error::not_found(format!("/v1/submissions/{id}/comments"), comment);
    let row = row.filter(|row| row.submission_id == id).ok_or_else(unknown)?;
    if row.resolved_at.is_some() {
        return Ok((row, false));
    }
    written(tx, sql(RESOLVE, [comment.into(), caller.subject.clone().into()])).await.map(|row| (row, true))
}

pub(super) async fn comments(db: &impl ConnectionTrait, submission: Uuid) -> Result<Vec<Comment>> {
    let rows =
        Entity::find().filter(Column::SubmissionId.eq(submission)).order_by_asc(Column::At).order_by_asc(Column::Id);
    Ok(rows.all(db).await?.into_iter().map(comment).collect())
}

pub(super) fn comment(row: Model) -> Comment {
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

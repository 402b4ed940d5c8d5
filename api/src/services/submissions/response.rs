//! Responses with a submission.

use actix_web::http::StatusCode;
use entity::submission::Model;
use sea_orm::{ConnectionTrait, DatabaseExecutor};
use uuid::Uuid;

use super::actor::one;
use super::query;
use crate::auth::Caller;
use crate::base::error::{Error, Result};
use crate::write::Answer;

/// Returns the response with a submission as visible to the caller.
pub(super) async fn shown<'c, C: ConnectionTrait>(
    db: &'c C,
    row: Model,
    caller: &Caller,
    status: StatusCode,
) -> Result<Answer>
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    let submission = query::whole(db, row, caller).await?;
    Ok(Answer::of(status, &submission)?.tagged(submission.revision).localized())
}

/// Adds the current state of the submission to a failed precondition or a conflict.
pub(super) async fn beside_current<'c, C: ConnectionTrait>(db: &'c C, id: Uuid, caller: &Caller, error: Error) -> Error
where
    DatabaseExecutor<'c>: From<&'c C>,
{
    if !error.is_conflict() {
        return error;
    }
    let current = async { shown(db, one(db, id, caller).await?.0, caller, StatusCode::OK).await };
    match current.await {
        Ok(current) => current.beside(error),
        Err(failed) => failed,
    }
}

//! Responses with a submission.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use entity::submission::Model;
use sea_orm::{ConnectionTrait, DatabaseExecutor};
use uuid::Uuid;

use super::actor::one;
use super::query;
use crate::auth::Caller;
use crate::base::db::context::Context;
use crate::base::error::{Error, Result};
use crate::http::no_store;
use crate::write::{Answer, WriteContext};

/// Returns the response with a submission as visible to the caller.
pub(super) async fn submission_response<'c, C: ConnectionTrait>(
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

/// Adds the current state of a submission to the conflicts of a write.
pub(super) struct Conflicts {
    context: Data<Context>,
    id: Uuid,
    caller: Caller,
}

impl Conflicts {
    pub(super) fn of<A>(context: &WriteContext<A>, id: Uuid) -> Self {
        Self { context: context.shared(), id, caller: context.caller.clone() }
    }

    /// Adds the current state to a failed precondition or a conflict. It is read after the transaction of the write, which
    /// may have changed the submission before it failed.
    pub(super) async fn complete(self, answer: Result<HttpResponse>) -> Result<HttpResponse> {
        match answer {
            Err(error) if error.is_conflict() => Err(self.with_current(error).await),
            answer => answer.map(no_store),
        }
    }

    async fn with_current(&self, error: Error) -> Error {
        let current = async {
            let db = self.context.read()?;
            let (row, _) = one(&db, self.id, &self.caller).await?;
            submission_response(db.pool(), row, &self.caller, StatusCode::OK).await
        };
        match current.await {
            Ok(current) => current.beside(error),
            Err(failed) => failed,
        }
    }
}

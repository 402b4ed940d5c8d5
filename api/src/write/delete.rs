//! Deletion of an entry.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;
use sea_orm::prelude::Expr;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use super::change_log::{Changed, record};
use super::context::WriteContext;
use super::input::Input;
use super::referrers::refuse_if_referred;
use super::representation::Representation;
use super::resolve::authorize;
use super::response::{Answer, Outcome};
use crate::auth::Access;
use crate::base::db::Write;
use crate::base::error::Result;
use crate::http::{EntryKey, Precondition};
use crate::query::full_text;

/// Deletes an entry. Fails if no entry has the key, the precondition is not met, the caller does not act for the
/// responsible municipalities, or other entries refer to the entry.
pub(crate) async fn delete<A: Access, I: Input>(
    context: WriteContext<A>,
    key: EntryKey,
    precondition: Precondition,
) -> Result<HttpResponse> {
    let caller = context.caller.clone();
    let work = async move |write: &Write| {
        let (representation, shown) = Representation::load::<I>(&write.tx, &key).await?;
        let current: I = shown.into();
        representation.require(&precondition)?;
        authorize(&write.tx, &caller, &current).await?;
        delete_entry(write, representation.id, &current).await.map_err(|error| representation.beside(error))?;
        Ok(Outcome::Changed(Answer::new(StatusCode::NO_CONTENT, None)))
    };
    context.run("", work).await
}

/// Deletes an entry in a transaction, and records the change. Fails with `Error::Referenced` while other entries refer
/// to the entry.
pub(crate) async fn delete_entry<I: Input>(write: &Write, id: Uuid, current: &I) -> Result<()> {
    refuse_if_referred(&write.tx, I::RESOURCE, id).await?;
    let mut statement = Query::delete();
    statement.from_table(I::RESOURCE.table).and_where(Expr::cust_with_values("id = $1", [id]));
    write.tx.execute_raw(DbBackend::Postgres.build(&statement)).await?;
    full_text::refresh(&write.tx, I::RESOURCE.table, vec![id]).await?;
    let (slug, official) = (Some(current.slug().to_owned()), current.official().map(str::to_owned));
    record(write, I::RESOURCE.table, Action::Delete, vec![Changed { id, slug, official, entry: None }]).await
}

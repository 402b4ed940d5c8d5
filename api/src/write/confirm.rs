//! Somebody stands by an entry: what is told of it holds today.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, ModelTrait, Statement, Value};
use uuid::Uuid;

use super::call::{Call, Done};
use super::settle::{Settled, settle};
use super::{answer, shown};
use crate::auth::Caller;
use crate::base::dates::today;
use crate::base::db::Write;
use crate::base::error::Result;
use crate::base::validation::Checked;
use crate::http::Key;
use crate::http::format::Record;
use crate::query::list;
use crate::write::input::{Input, put};

/// What a confirmation means for an entry.
pub(crate) struct Stand {
    /// Is it that of those whose entry it is, so that the entry counts as confirmed?
    pub is_own: bool,
    /// Was anything noted of it that was not known before?
    pub is_new: bool,
}

/// Confirms an entry; `stand` notes who stands by it, and refuses those who may not.
pub(crate) async fn confirm<M, T, I>(
    (caller, mut call): (Caller, Call),
    key: Key,
    stand: impl AsyncFn(&Write, &Caller, Uuid) -> Result<Stand> + 'static,
    views: impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>> + 'static,
) -> Result<HttpResponse>
where
    M: ModelTrait,
    M::Entity: EntityTrait<Model = M>,
    T: Record + Into<I>,
    I: Input,
{
    call.plain()?;
    let (minimal, writer) = (call.minimal, caller.clone());
    let work = async move |write: &Write| {
        let there = list::entry(&write.tx, I::RESOURCE, &key, &views).await?;
        let (there, current) = shown::<T, I>(there)?;
        let Stand { is_own, is_new } = stand(write, &writer, there.id).await?;
        let mut confirmed = current.clone();
        if is_own {
            confirmed.confirm(today());
        }
        if !is_new && confirmed == current {
            return Ok(Done::Unchanged(there.answer(StatusCode::OK, minimal)));
        }
        let Settled { known, entries, .. } = settle(&write.tx, vec![(there.id, Checked::whole(confirmed))]).await?;
        put(write, Action::Confirm, &known, entries.into_iter().flatten().collect()).await?;
        answer::<M, T, I>(write, there.id, (StatusCode::OK, minimal), views).await.map(Done::Changed)
    };
    call.run(&caller, "", work).await
}

/// Is an entry the affair of one of the municipalities that somebody acts for?
pub(crate) async fn is_affair(tx: &DatabaseTransaction, table: &str, entry: Uuid, caller: &Caller) -> Result<bool> {
    let Some(own) = &caller.municipalities else { return Ok(true) };
    let own: Vec<Uuid> = own.iter().copied().collect();
    let sql =
        format!("select exists(select from {table}_municipality where {table}_id = $1 and municipality_id = any ($2))");
    let values: [Value; 2] = [entry.into(), own.into()];
    let found = tx.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    Ok(found.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
}

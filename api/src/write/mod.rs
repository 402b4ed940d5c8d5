//! How entries are created, replaced, changed and deleted, once a resource has said what can be set of them.

mod batch;
mod call;
pub(crate) mod change_log;
mod confirm;
mod idempotency;
pub(crate) mod input;
pub(crate) mod participants;
mod referrers;
mod settle;

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;
use sea_orm::prelude::Expr;
use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, ModelTrait};
use serde::Serialize;
use uuid::Uuid;

use crate::auth::{Caller, Responsible};
use crate::base::db::Write;
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::Checked;
use crate::http::format::Record;
use crate::http::{Held, Json, Key, Patch, entry_tag};
use crate::model::catalog::MUNICIPALITIES;
use crate::query::full_text;
use crate::query::list;
use crate::query::lookup::Found;
use crate::write::change_log::{Changed, record};
use crate::write::input::{Input, put};

pub(crate) use self::batch::{BatchAnswer, BatchQuery, create_all};
pub(crate) use self::call::{Answer, Call, Done};
pub(crate) use self::confirm::{Stand, confirm, is_affair};
use self::referrers::refuse_if_referred;
pub(crate) use self::referrers::{Referrers, referrers};
pub(crate) use self::settle::{Settled, Wrong, settle};

/// Creates an entry.
pub(crate) async fn create<M, T, I>(
    (caller, mut call): (Caller, Call),
    Json { checked, digest }: Json<I>,
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
        let id = Uuid::now_v7();
        store(write, (&writer, Action::Create), (id, None), checked).await?;
        answer::<M, T, I>(write, id, (StatusCode::CREATED, minimal), views).await.map(Done::Changed)
    };
    call.run(&caller, &digest, work).await
}

/// Replaces an entry, or creates one under the slug that was chosen for it.
pub(crate) async fn replace<M, T, I>(
    (caller, mut call): (Caller, Call),
    (key, held): (Key, Held),
    Json { checked, .. }: Json<I>,
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
        let there = list::entry(&write.tx, I::RESOURCE, &key, &views).await;
        if held == Held::Nothing && matches!(there, Err(Error::NotFound | Error::Gone(_) | Error::Moved { .. })) {
            let id = Uuid::now_v7();
            store(write, (&writer, Action::Create), (id, None), under(&key, checked)).await?;
            return answer::<M, T, I>(write, id, (StatusCode::CREATED, minimal), views).await.map(Done::Changed);
        }
        update(write, (&writer, Action::Replace, minimal), (there?, held), |_| Ok(checked), views).await
    };
    call.run(&caller, "", work).await
}

/// Changes some members of an entry.
pub(crate) async fn change<M, T, I>(
    (caller, mut call): (Caller, Call),
    (key, held): (Key, Held),
    patch: Patch<I>,
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
        update(write, (&writer, Action::Change, minimal), (there, held), |current| patch.apply(current), views).await
    };
    call.run(&caller, "", work).await
}

/// Deletes an entry that no other refers to.
pub(crate) async fn delete<M, T, I>(
    (caller, mut call): (Caller, Call),
    (key, held): (Key, Held),
    views: impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>> + 'static,
) -> Result<HttpResponse>
where
    M: ModelTrait,
    M::Entity: EntityTrait<Model = M>,
    T: Record + Into<I>,
    I: Input,
{
    call.plain()?;
    let writer = caller.clone();
    let work = async move |write: &Write| {
        let there = list::entry(&write.tx, I::RESOURCE, &key, &views).await?;
        held.check(there.revision().unwrap_or_default())?;
        let (there, current) = shown::<T, I>(there)?;
        authorize(&write.tx, &writer, &current).await?;
        delete_entry(write, there.id, &current).await?;
        Ok(Done::Changed(Answer::new(StatusCode::NO_CONTENT, None)))
    };
    call.run(&caller, "", work).await
}

/// Refuses a caller who does not act for the municipalities that are responsible for an entry.
async fn authorize(tx: &DatabaseTransaction, caller: &Caller, entry: &impl Input) -> Result<()> {
    if caller.municipalities.is_none() {
        return Ok(());
    }
    caller.acts_for(&responsible(tx, entry).await?)
}

/// Returns the municipalities that are responsible for an entry as it stands.
pub(crate) async fn responsible(db: &impl ConnectionTrait, entry: &impl Input) -> Result<Vec<Responsible>> {
    let names: Vec<String> = entry.holders().into_iter().map(str::to_owned).collect();
    let found = if names.is_empty() { HashMap::new() } else { MUNICIPALITIES.find_ever(db, &names).await? };
    Ok(names.iter().filter_map(|name| found.get(name)).map(Found::responsible).collect())
}

/// Takes an entry out of the directory, unless others refer to it, and notes that.
pub(crate) async fn delete_entry<I: Input>(write: &Write, id: Uuid, current: &I) -> Result<()> {
    refuse_if_referred(&write.tx, I::RESOURCE, id).await?;
    let mut gone = Query::delete();
    gone.from_table(I::RESOURCE.table).and_where(Expr::cust_with_values("id = $1", [id]));
    write.tx.execute_raw(DbBackend::Postgres.build(&gone)).await?;
    full_text::refresh(&write.tx, I::RESOURCE.table, vec![id]).await?;
    let (slug, official) = (Some(current.slug().to_owned()), current.official().map(str::to_owned));
    record(write, I::RESOURCE.table, Action::Delete, vec![Changed { id, slug, official, entry: None }]).await
}

/// Writes what is made of an entry, unless that is what it is already.
async fn update<M, T, I>(
    write: &Write,
    (caller, action, minimal): (&Caller, Action, bool),
    (there, held): (T, Held),
    revise: impl FnOnce(&I) -> Result<Checked<I>>,
    views: impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>>,
) -> Result<Done>
where
    M: ModelTrait,
    M::Entity: EntityTrait<Model = M>,
    T: Record + Into<I>,
    I: Input,
{
    held.check(there.revision().unwrap_or_default())?;
    let (there, current) = shown(there)?;
    authorize(&write.tx, caller, &current).await?;
    let revised = revise(&current)?;
    if store(write, (caller, action), (there.id, Some(current)), revised).await? {
        answer::<M, T, I>(write, there.id, (StatusCode::OK, minimal), views).await.map(Done::Changed)
    } else {
        Ok(Done::Unchanged(there.answer(StatusCode::OK, minimal)))
    }
}

/// Writes one entry in place of what it was, if it was there and is another now. Is it?
async fn store<I: Input>(
    write: &Write,
    (caller, action): (&Caller, Action),
    (id, current): (Uuid, Option<I>),
    checked: Checked<I>,
) -> Result<bool> {
    let Settled { known, mut violations, mut entries } = settle(&write.tx, vec![(id, checked)]).await?;
    violations.pop().unwrap_or_default().refuse()?;
    let Some((id, input)) = entries.pop().flatten() else { return Ok(false) };
    caller.acts_for(&known.responsible(&input))?;
    // A token that is bound to a municipality does not give it the name by which others are found.
    let name = |input: &I| input.official().unwrap_or(input.slug()).to_owned();
    let renames = |current: &I| I::RESOURCE.official.is_some() && name(current) != name(&input);
    if caller.municipalities.is_some() && current.as_ref().is_some_and(renames) {
        return Err(Error::Elsewhere(vec![name(&input)]));
    }
    if current.is_some_and(|current| current == input) {
        return Ok(false);
    }
    put(write, action, &known, vec![(id, input)]).await?;
    Ok(true)
}

/// An entry as it is shown.
struct Shown {
    id: Uuid,
    slug: String,
    revision: i64,
    body: String,
}

/// An entry as it is shown, and what was set of it.
fn shown<T: Record + Into<I>, I: Input>(entry: T) -> Result<(Shown, I)> {
    let (id, revision) = (entry.id(), entry.revision().unwrap_or_default());
    let body = text(&entry)?;
    let input: I = entry.into();
    Ok((Shown { id, slug: input.slug().to_owned(), revision, body }, input))
}

impl Shown {
    fn answer(self, status: StatusCode, minimal: bool) -> Answer {
        let tag = entry_tag(self.revision, self.body.as_bytes());
        let answer = match (status, minimal) {
            (StatusCode::OK, true) => Answer::new(StatusCode::NO_CONTENT, None).spared(),
            (status, true) => Answer::new(status, None).spared(),
            (status, false) => Answer::new(status, Some(self.body)),
        };
        answer.with("etag", tag)
    }
}

/// Answers with an entry as it is now.
async fn answer<M, T, I>(
    write: &Write,
    id: Uuid,
    (status, minimal): (StatusCode, bool),
    views: impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>>,
) -> Result<Answer>
where
    M: ModelTrait,
    M::Entity: EntityTrait<Model = M>,
    T: Record + Into<I>,
    I: Input,
{
    let entry = list::entry(&write.tx, I::RESOURCE, &Key::of(id), views).await?;
    let (shown, _) = shown::<T, I>(entry)?;
    let location = I::RESOURCE.href(&shown.slug);
    let answer = shown.answer(status, minimal);
    Ok(if status == StatusCode::CREATED { answer.with("location", location) } else { answer })
}

/// JSON, as a read of the same sends it.
fn text(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(Error::fault)
}

/// An entry that is created under a key must be called so.
fn under<I: Input>(key: &Key, mut checked: Checked<I>) -> Checked<I> {
    let name = key.to_string();
    let fits = checked.value.as_ref().is_none_or(|input| input.slug() == name || input.official() == Some(&name));
    if !fits {
        checked.add(vec![Violation::pointer("/slug", format!("must be `{name}`, as in the address"))]);
    }
    checked
}

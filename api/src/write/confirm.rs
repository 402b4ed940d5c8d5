//! Confirmation that an entry is up to date.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use uuid::Uuid;

use super::context::WriteContext;
use super::input::Input;
use super::representation::Representation;
use super::resolve::resolve_entry;
use super::response::Outcome;
use super::store::write_entries;
use crate::auth::{Access, Caller};
use crate::base::dates::today;
use crate::base::db::{Write, sql};
use crate::base::error::Result;
use crate::base::validation::Checked;
use crate::http::EntryKey;

/// Effect of a confirmation on an entry.
pub(crate) struct Confirmation {
    /// Whether the caller is responsible for the entry, so that the entry counts as confirmed.
    pub is_own: bool,
    /// Whether `authorize` recorded something new.
    pub is_new: bool,
}

/// Confirms an entry. `authorize` records who confirms it, and refuses callers who may not.
pub(crate) async fn confirm<A: Access, I: Input>(
    context: WriteContext<A>,
    key: EntryKey,
    authorize: impl AsyncFn(&Write, &Caller, Uuid) -> Result<Confirmation> + 'static,
) -> Result<HttpResponse> {
    let (caller, minimal) = (context.caller.clone(), context.minimal);
    let work = async move |write: &Write| {
        let (representation, shown) = Representation::load::<I>(&write.tx, &key).await?;
        let current: I = shown.into();
        let id = representation.id;
        let Confirmation { is_own, is_new } = authorize(write, &caller, id).await?;
        let mut confirmed = current.clone();
        if is_own {
            confirmed.confirm(today());
        }
        if !is_new && confirmed == current {
            return Ok(Outcome::Unchanged(representation.answer(StatusCode::OK, minimal)));
        }
        let (references, confirmed) = resolve_entry(&write.tx, id, Checked::whole(confirmed)).await?;
        write_entries(write, Action::Confirm, &references, vec![(id, confirmed)]).await?;
        let confirmed = Representation::stored::<I>(&write.tx, id).await?;
        Ok(Outcome::Changed(confirmed.answer(StatusCode::OK, minimal)))
    };
    context.run("", work).await
}

/// Confirms an entry that a municipality writes, unless it sets another date of the confirmation: who has just written an entry need
/// not confirm it. Other callers enter what they know of a municipality, which has yet to confirm it.
pub(super) fn confirm_own<I: Input>(caller: &Caller, current: Option<&I>, input: &mut I) {
    let day = input.confirmed_on();
    if caller.municipalities.is_some() && (day.is_none() || day == current.and_then(Input::confirmed_on)) {
        input.confirm(today());
    }
}

/// Whether one of the municipalities that a caller acts for is responsible for an entry.
pub(crate) async fn is_responsible(
    tx: &DatabaseTransaction,
    table: &str,
    entry: Uuid,
    caller: &Caller,
) -> Result<bool> {
    let Some(own) = &caller.municipalities else { return Ok(true) };
    let own: Vec<Uuid> = own.iter().copied().collect();
    let text =
        format!("select exists(select from {table}_municipality where {table}_id = $1 and municipality_id = any ($2))");
    let values: [Value; 2] = [entry.into(), own.into()];
    let found = tx.query_one_raw(sql(&text, values)).await?;
    Ok(found.is_some_and(|row| row.try_get_by_index(0).unwrap_or(false)))
}

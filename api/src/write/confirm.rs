//! Confirmation that the information about an entry is correct.

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
    /// Whether `authorize` recorded a new confirmation.
    pub is_new: bool,
}

/// Confirms an entry. `authorize` records the confirmation, and fails for a caller that may not confirm the entry.
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

/// Sets the date of confirmation to today if the caller acts for a municipality and the input does not change that date: a
/// municipality need not confirm information that it has just written. Writes by other callers confirm nothing.
pub(super) fn confirm_own<I: Input>(caller: &Caller, current: Option<&I>, input: &mut I) {
    let day = input.confirmed_on();
    if caller.municipalities.is_some() && (day.is_none() || day == current.and_then(Input::confirmed_on)) {
        input.confirm(today());
    }
}

/// Returns whether the caller acts for all municipalities, or for one that is responsible for an entry.
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

//! Changing some members of an entry.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;

use super::context::WriteContext;
use super::input::Input;
use super::representation::{Representation, split_representation};
use super::resolve::{authorize, resolve_entry};
use super::response::Outcome;
use super::store::write_entries;
use crate::auth::{Access, Caller};
use crate::base::db::Write;
use crate::base::error::{Error, Result};
use crate::base::validation::Checked;
use crate::http::format::Record;
use crate::http::{EntryKey, Patch, Precondition};
use crate::query::entry::find;

/// Applies a merge patch to an entry.
pub(crate) async fn change<A: Access, I: Input>(
    context: WriteContext<A>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<I>,
) -> Result<HttpResponse> {
    let (caller, minimal) = (context.caller.clone(), context.minimal);
    let work = async move |write: &Write| {
        let current = find::<I::View, _>(&write.tx, &key).await?;
        precondition.check(current.revision().unwrap_or_default())?;
        let (representation, current) = split_representation::<I>(current)?;
        authorize(&write.tx, &caller, &current).await?;
        let revised = patch.apply(&current)?;
        let revision = Revision { action: Action::Change, representation, current, revised };
        apply_revision(write, &caller, minimal, revision).await
    };
    context.run("", work).await
}

/// An entry, and what it becomes.
pub(super) struct Revision<I> {
    pub action: Action,
    pub representation: Representation,
    pub current: I,
    pub revised: Checked<I>,
}

/// Stores what an entry becomes, unless it is so already.
pub(super) async fn apply_revision<I: Input>(
    write: &Write,
    caller: &Caller,
    minimal: bool,
    revision: Revision<I>,
) -> Result<Outcome> {
    let Revision { action, representation, current, revised } = revision;
    let id = representation.id;
    let (references, input) = resolve_entry(&write.tx, id, revised).await?;
    caller.acts_for(&references.responsible(&input)?)?;
    reject_renaming(caller, &current, &input)?;
    if current == input {
        return Ok(Outcome::Unchanged(representation.answer(StatusCode::OK, minimal)));
    }
    write_entries(write, action, &references, vec![(id, input)]).await?;
    let changed = Representation::read::<I>(&write.tx, id).await?;
    Ok(Outcome::Changed(changed.answer(StatusCode::OK, minimal)))
}

/// A token that is bound to a municipality must not give it another of the names by which tokens are bound.
fn reject_renaming<I: Input>(caller: &Caller, current: &I, input: &I) -> Result<()> {
    let name = |input: &I| input.official().unwrap_or(input.slug()).to_owned();
    if caller.municipalities.is_some() && I::RESOURCE.official.is_some() && name(current) != name(input) {
        return Err(Error::OutsideMunicipality(vec![name(input)]));
    }
    Ok(())
}

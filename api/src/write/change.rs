//! Update of an entry by a merge patch.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use entity::vocabulary::Action;

use super::confirm::confirm_own;
use super::context::WriteContext;
use super::input::Input;
use super::representation::Representation;
use super::resolve::{authorize, resolve_entry};
use super::response::Outcome;
use super::store::write_entries;
use crate::auth::{Access, Caller};
use crate::base::db::Write;
use crate::base::error::{Error, Result};
use crate::base::validation::Checked;
use crate::http::{EntryKey, Patch, Precondition};

/// Applies a merge patch to an entry. Fails if no entry has the key, the precondition is not met, the result is
/// invalid, or the caller does not act for the responsible municipalities.
pub(crate) async fn change<A: Access, I: Input>(
    context: WriteContext<A>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<I>,
) -> Result<HttpResponse> {
    let (caller, minimal) = (context.caller.clone(), context.minimal);
    let work = async move |write: &Write| {
        let (representation, shown) = Representation::load::<I>(&write.tx, &key).await?;
        let current: I = shown.clone().into();
        representation.require(&precondition)?;
        authorize(&write.tx, &caller, &current).await?;
        let revised = patch.apply(&current)?;
        let revision = Revision { action: Action::Change, representation, shown, current, revised };
        apply_revision(write, &caller, minimal, revision).await
    };
    context.run("", work).await
}

/// An entry and its new content.
pub(super) struct Revision<I: Input> {
    pub action: Action,
    pub representation: Representation,
    pub shown: I::View,
    pub current: I,
    pub revised: Checked<I>,
}

/// Stores the new content of an entry, unless it equals the current content. Fails if the content is invalid, or if the
/// caller does not act for the municipalities that are responsible for it.
pub(super) async fn apply_revision<I: Input>(
    write: &Write,
    caller: &Caller,
    minimal: bool,
    revision: Revision<I>,
) -> Result<Outcome> {
    let Revision { action, representation, shown, current, revised } = revision;
    let id = representation.id;
    let resolved = resolve_entry(&write.tx, id, revised).await;
    let (references, mut input) = resolved.map_err(|error| representation.beside(error))?;
    input.keep_derived(&shown);
    caller.acts_for(&references.responsible(&input)?)?;
    reject_renaming(caller, &current, &input)?;
    if current != input {
        confirm_own(caller, Some(&current), &mut input);
    }
    if current == input {
        return Ok(Outcome::Unchanged(representation.answer(StatusCode::OK, minimal)));
    }
    write_entries(write, action, &references, vec![(id, input)]).await?;
    let changed = Representation::stored::<I>(&write.tx, id).await?;
    Ok(Outcome::Changed(changed.answer(StatusCode::OK, minimal)))
}

/// Refuses a new official key of a municipality by a token that is bound to municipalities, whose rights follow from the key.
fn reject_renaming<I: Input>(caller: &Caller, current: &I, input: &I) -> Result<()> {
    let name = |input: &I| input.official().unwrap_or(input.slug()).to_owned();
    if caller.municipalities.is_some() && I::RESOURCE.official.is_some() && name(current) != name(input) {
        return Err(Error::OutsideMunicipality(vec![name(input)]));
    }
    Ok(())
}

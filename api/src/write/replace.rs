//! Replacement of an entry, or its creation under a key in the path.

use actix_web::HttpResponse;
use entity::vocabulary::Action;

use super::change::{Revision, apply_revision};
use super::context::WriteContext;
use super::create::create_entry;
use super::input::Input;
use super::representation::Representation;
use super::resolve::authorize;
use crate::auth::Access;
use crate::base::db::Write;
use crate::base::error::{Error, Result, Rule, Violation};
use crate::base::validation::Checked;
use crate::http::{EntryKey, Json, Precondition};

/// Replaces an entry. With `If-None-Match: *`, creates the entry, or fails with `Error::AlreadyExists` if an entry has
/// the key. Otherwise fails as an update does (`change`).
pub(crate) async fn replace<A: Access, I: Input>(
    context: WriteContext<A>,
    key: EntryKey,
    precondition: Precondition,
    body: Json<I>,
) -> Result<HttpResponse> {
    let (caller, minimal, checked) = (context.caller.clone(), context.minimal, body.checked);
    let work = async move |write: &Write| {
        let (representation, shown) = match Representation::load::<I>(&write.tx, &key).await {
            Err(error) if precondition == Precondition::MustNotExist && is_absent(&error) => {
                let checked = require_matching_slug(&key, checked);
                return create_entry(write, &caller, minimal, checked).await;
            }
            found => found?,
        };
        let current: I = shown.clone().into();
        representation.require(&precondition)?;
        authorize(&write.tx, &caller, &current).await?;
        let revision = Revision { action: Action::Replace, representation, shown, current, revised: checked };
        apply_revision(write, &caller, minimal, revision).await
    };
    context.run("", work).await
}

fn is_absent(error: &Error) -> bool {
    matches!(
        error,
        Error::NotFound { .. } | Error::Gone(_) | Error::KeyRetired { .. } | Error::PermanentRedirect { .. }
    )
}

/// Adds a violation if the key in the path is neither the slug nor the official key of the entry.
fn require_matching_slug<I: Input>(key: &EntryKey, mut checked: Checked<I>) -> Checked<I> {
    let name = key.to_string();
    let matches = checked.value.as_ref().is_none_or(|input| input.slug() == name || input.official() == Some(&name));
    if !matches {
        checked.add(vec![Violation::pointer("/slug", Rule::Equal { value: name })]);
    }
    checked
}

//! Replacing an entry, or creating it under a slug that the caller chose.

use actix_web::HttpResponse;
use entity::vocabulary::Action;

use super::change::{Revision, apply_revision};
use super::context::WriteContext;
use super::create::create_entry;
use super::input::Input;
use super::representation::split_representation;
use super::resolve::authorize;
use crate::auth::Access;
use crate::base::db::Write;
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::Checked;
use crate::http::format::Record;
use crate::http::{EntryKey, Json, Precondition};
use crate::query::entry::find;

/// Replaces an entry. With `If-None-Match: *`, creates it if there is none under the key.
pub(crate) async fn replace<A: Access, I: Input>(
    context: WriteContext<A>,
    key: EntryKey,
    precondition: Precondition,
    body: Json<I>,
) -> Result<HttpResponse> {
    let (caller, minimal, checked) = (context.caller.clone(), context.minimal, body.checked);
    let work = async move |write: &Write| {
        let current = match find::<I::View, _>(&write.tx, &key).await {
            Err(error) if precondition == Precondition::MustNotExist && is_absent(&error) => {
                let checked = require_matching_slug(&key, checked);
                return create_entry(write, &caller, minimal, checked).await;
            }
            found => found?,
        };
        precondition.check(current.revision().unwrap_or_default())?;
        let (representation, current) = split_representation::<I>(current)?;
        authorize(&write.tx, &caller, &current).await?;
        let revision = Revision { action: Action::Replace, representation, current, revised: checked };
        apply_revision(write, &caller, minimal, revision).await
    };
    context.run("", work).await
}

fn is_absent(error: &Error) -> bool {
    matches!(error, Error::NotFound | Error::Gone(_) | Error::KeyRetired { .. } | Error::PermanentRedirect { .. })
}

/// An entry that is created under a key must have it as its slug or official key.
fn require_matching_slug<I: Input>(key: &EntryKey, mut checked: Checked<I>) -> Checked<I> {
    let name = key.to_string();
    let matches = checked.value.as_ref().is_none_or(|input| input.slug() == name || input.official() == Some(&name));
    if !matches {
        checked.add(vec![Violation::pointer("/slug", format!("must be `{name}`, as in the address"))]);
    }
    checked
}

//! Creation of an entry.

use actix_web::HttpResponse;
use entity::vocabulary::Action;
use uuid::Uuid;

use super::confirm::confirm_own;
use super::context::WriteContext;
use super::input::Input;
use super::representation::Representation;
use super::resolve::resolve_entry;
use super::response::Outcome;
use super::store::write_entries;
use crate::auth::{Access, Caller};
use crate::base::db::Write;
use crate::base::error::Result;
use crate::base::validation::Checked;
use crate::http::Json;

/// Creates an entry. Fails with all violations of the input, or for a caller that does not act for the responsible
/// municipalities.
pub(crate) async fn create<A: Access, I: Input>(context: WriteContext<A>, body: Json<I>) -> Result<HttpResponse> {
    let Json { checked, digest } = body;
    let (caller, minimal) = (context.caller.clone(), context.minimal);
    let work = async move |write: &Write| create_entry(write, &caller, minimal, checked).await;
    context.run(&digest, work).await
}

pub(super) async fn create_entry<I: Input>(
    write: &Write,
    caller: &Caller,
    minimal: bool,
    checked: Checked<I>,
) -> Result<Outcome> {
    let id = Uuid::now_v7();
    let (references, mut input) = resolve_entry(&write.tx, id, checked).await?;
    caller.acts_for(&references.responsible(&input)?)?;
    confirm_own(caller, None, &mut input);
    write_entries(write, Action::Create, &references, vec![(id, input)]).await?;
    let created = Representation::stored::<I>(&write.tx, id).await?;
    Ok(Outcome::Changed(created.created::<I>(minimal)))
}

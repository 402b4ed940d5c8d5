//! An entry as the response to a write shows it.

use actix_web::http::StatusCode;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::input::Input;
use super::response::Answer;
use crate::base::error::{Error, Result};
use crate::http::format::Record;
use crate::http::{EntryKey, entry_tag};
use crate::query::entry::find;

/// An entry as a read of it would send it.
pub(super) struct Representation {
    pub id: Uuid,
    slug: String,
    revision: i64,
    body: String,
}

impl Representation {
    /// Reads an entry as it is in a transaction.
    pub(super) async fn read<I: Input>(tx: &DatabaseTransaction, id: Uuid) -> Result<Self> {
        let view = find::<I::View, _>(tx, &EntryKey::of(id)).await?;
        split_representation::<I>(view).map(|(representation, _)| representation)
    }

    pub(super) fn answer(self, status: StatusCode, minimal: bool) -> Answer {
        let tag = entry_tag(self.revision, self.body.as_bytes());
        let answer = match (status, minimal) {
            (StatusCode::OK, true) => Answer::new(StatusCode::NO_CONTENT, None).preference_applied(),
            (status, true) => Answer::new(status, None).preference_applied(),
            (status, false) => Answer::new(status, Some(self.body)),
        };
        answer.with("etag", tag)
    }

    /// The answer to the request that created the entry.
    pub(super) fn created<I: Input>(self, minimal: bool) -> Answer {
        let location = I::RESOURCE.href(&self.slug);
        self.answer(StatusCode::CREATED, minimal).with("location", location)
    }
}

/// Splits a view of an entry into its representation and what can be set of it.
pub(super) fn split_representation<I: Input>(view: I::View) -> Result<(Representation, I)> {
    let (id, revision) = (view.id(), view.revision().unwrap_or_default());
    let body = serde_json::to_string(&view).map_err(Error::internal)?;
    let input: I = view.into();
    Ok((Representation { id, slug: input.slug().to_owned(), revision, body }, input))
}

//! Representation of an entry in the response to a write.

use actix_web::http::StatusCode;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use super::input::Input;
use super::response::Answer;
use crate::base::error::{Error, Result};
use crate::http::format::Record;
use crate::http::{EntryKey, Precondition, entry_tag};
use crate::query::entry::find;

/// The JSON representation of an entry, as in the response to GET.
pub(super) struct Representation {
    pub id: Uuid,
    slug: String,
    pub revision: i64,
    body: String,
}

impl Representation {
    /// Loads an entry in a transaction, as JSON and as a typed view. Fails with the error of `find` if no entry has the
    /// key.
    pub(super) async fn load<I: Input>(tx: &DatabaseTransaction, key: &EntryKey) -> Result<(Self, I::View)> {
        let view = find::<I::View, _>(tx, key).await?;
        let (id, revision) = (view.id(), view.revision().unwrap_or_default());
        let body = serde_json::to_string(&view).map_err(Error::internal)?;
        let slug = view.slug().unwrap_or_default().to_owned();
        Ok((Self { id, slug, revision, body }, view))
    }

    /// Loads the representation of an entry that was stored in the same transaction.
    pub(super) async fn stored<I: Input>(tx: &DatabaseTransaction, id: Uuid) -> Result<Self> {
        Self::load::<I>(tx, &EntryKey::of(id)).await.map(|(representation, _)| representation)
    }

    /// Fails with the representation as the current state if its revision does not meet a precondition.
    pub(super) fn require(&self, precondition: &Precondition) -> Result<()> {
        precondition.check(self.revision).map_err(|error| self.beside(error))
    }

    /// Adds the representation as the current state to a failed precondition or a conflict.
    pub(super) fn beside(&self, error: Error) -> Error {
        error.with_current(self.body.clone(), entry_tag(self.revision, self.body.as_bytes()))
    }

    pub(super) fn answer(self, status: StatusCode, minimal: bool) -> Answer {
        let tag = entry_tag(self.revision, self.body.as_bytes());
        let answer = if minimal {
            Answer::new(StatusCode::NO_CONTENT, None).preference_applied()
        } else {
            Answer::new(status, Some(self.body))
        };
        answer.with("etag", tag)
    }

    /// Returns the response to the request that created the entry.
    pub(super) fn created<I: Input>(self, minimal: bool) -> Answer {
        let location = I::RESOURCE.href(&self.slug);
        self.answer(StatusCode::CREATED, minimal).with("location", location)
    }
}

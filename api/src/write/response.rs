//! Responses to writes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use crate::base::error::{Error, Result};
use crate::base::language::Language;
use crate::http::entry_tag;

const PREFERENCE_APPLIED: &str = "preference-applied";

/// A response that can be stored and sent again when the request is repeated.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    /// JSON. `None` for an empty body.
    pub body: Option<String>,
}

/// Result of a write, which decides the end of its transaction.
pub(crate) enum Outcome {
    /// The transaction is committed, unless the request is a dry run.
    Changed(Answer),
    /// The transaction is rolled back: the content is already as requested.
    Unchanged(Answer),
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Option<String>) -> Self {
        let media = body.iter().map(|_| ("content-type".to_owned(), "application/json".to_owned()));
        Self { status, headers: media.collect(), body }
    }

    /// Returns a response with a JSON body.
    pub(crate) fn of(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        Ok(Self::new(status, Some(serde_json::to_string(body).map_err(Error::internal)?)))
    }

    /// Adds the entity tag of the body, which a later write sends in `If-Match`.
    pub(crate) fn tagged(self, revision: i64) -> Self {
        let tag = entry_tag(revision, self.body.as_deref().unwrap_or_default().as_bytes());
        self.with("etag", tag)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds the body and its entity tag, as the current state, to a failed precondition or a conflict.
    pub(crate) fn beside(self, error: Error) -> Error {
        let tag = self.headers.into_iter().find(|(name, _)| name == "etag").map(|(_, tag)| tag);
        error.with_current(self.body.unwrap_or_default(), tag.unwrap_or_default())
    }

    /// Adds the headers of a body with texts in the language of the request.
    pub(crate) fn localized(self) -> Self {
        self.with("content-language", Language::current().tag()).with("vary", "Accept-Language")
    }

    /// Adds `Preference-Applied: return=minimal`.
    pub(super) fn preference_applied(self) -> Self {
        self.with(PREFERENCE_APPLIED, "return=minimal")
    }

    pub(crate) fn send(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for (name, value) in self.headers {
            response.append_header((name, value));
        }
        match self.body {
            Some(body) => response.body(body),
            None => response.finish(),
        }
    }
}

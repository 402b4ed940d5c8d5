//! What a write answers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde::Serialize;

use crate::base::error::{Error, Result};
use crate::http::entry_tag;

const PREFERENCE_APPLIED: &str = "preference-applied";

/// A response that can be stored, to be given again to whoever repeats the request.
pub(crate) struct Answer {
    pub status: StatusCode,
    pub headers: Vec<(String, String)>,
    /// JSON, or nothing.
    pub body: Option<String>,
}

/// What becomes of the transaction of a write.
pub(crate) enum Outcome {
    /// It is committed.
    Changed(Answer),
    /// It is rolled back: everything is as requested already, or the request was a dry run.
    Unchanged(Answer),
}

impl Answer {
    pub(crate) fn new(status: StatusCode, body: Option<String>) -> Self {
        let media = body.iter().map(|_| ("content-type".to_owned(), "application/json".to_owned()));
        Self { status, headers: media.collect(), body }
    }

    /// An answer with a JSON body.
    pub(crate) fn of(status: StatusCode, body: &impl Serialize) -> Result<Self> {
        Ok(Self::new(status, Some(serde_json::to_string(body).map_err(Error::internal)?)))
    }

    /// Adds the entity tag of the body, which a later write names in `If-Match`.
    pub(crate) fn tagged(self, revision: i64) -> Self {
        let tag = entry_tag(revision, self.body.as_deref().unwrap_or_default().as_bytes());
        self.with("etag", tag)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Adds that `Prefer: return=minimal` was applied.
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

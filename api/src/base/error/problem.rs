//! Problem documents (RFC 9457).

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::violation::Violation;
use crate::base::link::Link;

/// Problem details (RFC 9457)
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// URL of the documentation of the problem type.
    #[schema(example = "/problems/not-found", format = "uri-reference")]
    pub r#type: String,
    /// Title of the problem type, in German or English by `Accept-Language`.
    #[schema(example = "Not found")]
    pub title: String,
    /// HTTP status code.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// Explanation of this occurrence of the problem, in German or English by `Accept-Language`.
    #[schema(example = "`atlantis` does not identify an entry of /v1/municipalities.")]
    pub detail: String,
    /// Violations to correct. Omitted when there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: Vec<Violation>,
    /// Links to the first 20 entries that refer to the entry to be deleted. Omitted when there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub references: Vec<Link>,
    /// Newest `sequence` of the change feed. Present only where the request names a later one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 13_089, nullable = false)]
    pub head: Option<i64>,
    /// Current state, as in the response to GET; its entity tag is in `ETag`. Omitted unless the request failed because of
    /// this state (409, 412).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, nullable = false, example = json!({ "slug": "water" }))]
    pub current: Option<Box<RawValue>>,
    /// States of an edit conflict. Omitted for other problems.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub states: Option<EditConflict>,
}

/// Three states of an entry that was changed while a submission for it was in progress
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EditConflict {
    /// Current revision of the published entry.
    #[schema(example = 17)]
    pub revision: i64,
    /// State that the submission is based on.
    #[schema(value_type = Object, example = json!({ "slug": "water" }))]
    pub base: serde_json::Value,
    /// Published state.
    #[schema(value_type = Object, example = json!({ "slug": "water" }))]
    pub published: serde_json::Value,
    /// Submitted state.
    #[schema(value_type = Object, example = json!({ "slug": "water" }))]
    pub submitted: serde_json::Value,
    /// Violations of the members that both sides changed.
    #[serde(skip)]
    pub conflicts: Vec<Violation>,
}

/// The current representation of the entry or item that an error is about.
#[derive(Debug)]
pub struct CurrentState {
    /// Representation in JSON, as in the response to GET.
    pub body: Box<RawValue>,
    /// Entity tag, with its quotation marks.
    pub entity_tag: String,
}

/// The submitter of a submission.
#[derive(Clone, Debug)]
pub enum Submitter {
    /// The subject of a token that acts for all municipalities.
    Subject(String),
    /// Any token that acts for one of these municipalities.
    Municipalities(Vec<String>),
}

//! How a caller is told what went wrong.

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::link::Link;

/// What went wrong, as RFC 9457 writes it
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Page about this kind of problem.
    #[schema(example = "/problems/not-found", format = "uri-reference")]
    pub r#type: String,
    /// The kind of problem.
    #[schema(example = "Not found")]
    pub title: String,
    /// HTTP status.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    #[schema(example = "There is nothing at this address.")]
    pub detail: String,
    /// Every single thing to correct, where that can be said.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: Vec<Violation>,
    /// Entries that stand in the way, the first 20 of them.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub references: Vec<Link>,
    /// The states to compare, where an entry was changed while a submission for it was under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub states: Option<EditConflict>,
}

/// One thing to correct in a request
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// The query parameter it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "category", nullable = false)]
    pub parameter: Option<String>,
    /// The request header it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Idempotency-Key", nullable = false)]
    pub header: Option<String>,
    /// JSON pointer (RFC 6901) to the member of the body it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/members/0/role", nullable = false)]
    pub pointer: Option<String>,
    /// What is wrong, and what to write instead.
    #[schema(example = "`metropolis` is not known; write one of: large_city, medium_town")]
    pub detail: String,
}

impl Violation {
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: Some(name.into()), header: None, pointer: None, detail: detail.into() }
    }

    pub fn header(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: None, header: Some(name.into()), pointer: None, detail: detail.into() }
    }

    /// The same, of a member of one of several bodies.
    pub(crate) fn below(mut self, index: usize) -> Self {
        self.pointer = Some(format!("/{index}{}", self.pointer.unwrap_or_default()));
        self
    }

    pub fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: None, header: None, pointer: Some(pointer.into()), detail: detail.into() }
    }
}

/// The three states of an entry that was changed while a submission for it was under way
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Overtaken)]
pub struct EditConflict {
    /// The revision of the published entry now.
    #[schema(example = 17)]
    pub revision: i64,
    /// What the submission was based on.
    #[schema(value_type = Object, example = json!({ "slug": "water" }))]
    pub base: serde_json::Value,
    /// What is published now.
    #[schema(value_type = Object, example = json!({ "slug": "water" }))]
    pub published: serde_json::Value,
    /// What was submitted.
    #[schema(value_type = Object, example = json!({ "slug": "water" }))]
    pub submitted: serde_json::Value,
    /// The members that both changed, each with what to do.
    #[serde(skip)]
    pub conflicts: Vec<Violation>,
}

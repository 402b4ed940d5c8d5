//! Problem documents (RFC 9457).

use serde::Serialize;
use utoipa::ToSchema;

use crate::base::link::Link;

/// Problem details (RFC 9457)
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// URL of the documentation of the problem type.
    #[schema(example = "/problems/not-found", format = "uri-reference")]
    pub r#type: String,
    /// Title of the problem type.
    #[schema(example = "Not found")]
    pub title: String,
    /// HTTP status code.
    #[schema(example = 404, minimum = 400, maximum = 599)]
    pub status: u16,
    /// Explanation of this occurrence of the problem.
    #[schema(example = "There is nothing at this address.")]
    pub detail: String,
    /// Violations to correct. Omitted when there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub errors: Vec<Violation>,
    /// Links to the first 20 entries that refer to the entry to be deleted. Omitted when there are none.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub references: Vec<Link>,
    /// States of an edit conflict. Omitted for other problems.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub states: Option<EditConflict>,
}

/// Violation of a rule in a request
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Violation {
    /// Name of the query parameter. Omitted when the violation is elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "category", nullable = false)]
    pub parameter: Option<String>,
    /// Name of the request header. Omitted when the violation is elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Idempotency-Key", nullable = false)]
    pub header: Option<String>,
    /// JSON pointer (RFC 6901) to the member of the body, empty for the whole body. Omitted when the violation is
    /// elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/members/0/role", nullable = false)]
    pub pointer: Option<String>,
    /// Description of the violation, and how to correct it.
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

    /// Returns the violation as one of the item at an index of a list.
    pub(crate) fn below(mut self, index: usize) -> Self {
        self.pointer = Some(format!("/{index}{}", self.pointer.unwrap_or_default()));
        self
    }

    /// Splits a violation of a list into the index of the item and the violation of that item.
    pub(crate) fn split_index(self) -> (usize, Self) {
        let pointer = self.pointer.clone().unwrap_or_default();
        let (index, rest) = pointer.trim_start_matches('/').split_once('/').unwrap_or((&pointer, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
        (index.trim_start_matches('/').parse().unwrap_or_default(), Self { pointer: Some(rest), ..self })
    }

    pub fn pointer(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { parameter: None, header: None, pointer: Some(pointer.into()), detail: detail.into() }
    }
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

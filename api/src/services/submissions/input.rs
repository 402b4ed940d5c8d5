//! What can be sent of a submission.

use entity::vocabulary::{Purpose, ReviewAction};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::kind::SUBMITTABLE;
use crate::base::validation::rules::{self, broken, broken_at};
use crate::model::catalog::ResourceName;
use crate::write::input::too_long;

/// What begins a submission
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "names_what_it_is_for", skip_on_field_errors = false))]
pub(crate) struct SubmissionInput {
    /// The resource of the entry: `solutions` or `practice-examples`.
    #[validate(custom(function = "can_be_submitted"))]
    pub resource: ResourceName,
    /// What it asks for; to publish, without it.
    #[serde(default = "publish")]
    pub purpose: Purpose,
    /// Slug or id of the published entry it is about; a new entry without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "open-smartcity-app", min_length = 1, max_length = 200)]
    pub entry: Option<String>,
    /// What is to be set of the entry, as far as it is known yet; without it, what is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_object"))]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub content: Option<Value>,
}

fn publish() -> Purpose {
    Purpose::Publish
}

fn is_object(content: &Value) -> Result<(), ValidationError> {
    if !content.is_object() {
        return Err(broken("must be an object"));
    }
    too_long(content).map_or(Ok(()), |detail| Err(broken(detail)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so the derived code calls it")]
fn can_be_submitted(resource: &ResourceName) -> Result<(), ValidationError> {
    if SUBMITTABLE.iter().any(|kind| kind.resource.table == resource.0.table) {
        Ok(())
    } else {
        Err(broken("must be solutions or practice-examples"))
    }
}

fn names_what_it_is_for(input: &SubmissionInput) -> Result<(), ValidationError> {
    match (input.purpose, &input.entry) {
        (Purpose::Withdraw, None) => Err(broken_at("entry", "must name what is to be withdrawn")),
        (Purpose::Withdraw, _) if input.content.is_some() => {
            Err(broken_at("content", "must be left out: what is to be withdrawn goes as it is"))
        }
        _ => Ok(()),
    }
}

/// New content of a submission
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentInput {
    /// What is to be set of the entry, as far as it is known yet.
    #[validate(custom(function = "is_object"))]
    #[schema(value_type = Object, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub content: Value,
    /// The revision of the published entry it is based on; the one before, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 17)]
    pub based_on: Option<i64>,
}

/// A step to take
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "says_why", skip_on_field_errors = false))]
pub(crate) struct StepInput {
    /// The step.
    pub action: ReviewAction,
    /// What is to be said with it; `request_changes` and `reject` must say why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::remark"))]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", max_length = 5000)]
    pub comment: Option<String>,
}

fn says_why(input: &StepInput) -> Result<(), ValidationError> {
    match input.action {
        ReviewAction::RequestChanges | ReviewAction::Reject if input.comment.is_none() => {
            Err(broken_at("comment", "must say why, so that the municipality knows what to do"))
        }
        _ => Ok(()),
    }
}

/// A remark to make
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentInput {
    /// What is to be said.
    #[validate(custom(function = "rules::remark"))]
    #[schema(example = "Bitte nennen Sie die jährlichen Kosten.", min_length = 1, max_length = 5000)]
    pub body: String,
    /// JSON pointer (RFC 6901) to the member of the content it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_pointer"))]
    #[schema(example = "/costs", max_length = 200)]
    pub pointer: Option<String>,
}

/// Who is to review
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentInput {
    /// The subject of a token; nobody, without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "kts-redaktion", max_length = 200)]
    pub to: Option<String>,
}

fn is_pointer(text: &str) -> Result<(), ValidationError> {
    let is_escaped = text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if text.starts_with('/') && is_escaped && text.len() <= 200 && !text.contains(char::is_control) {
        Ok(())
    } else {
        Err(broken("must be a JSON pointer such as /costs"))
    }
}

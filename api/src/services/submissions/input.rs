//! Request bodies of submissions.

use entity::vocabulary::{Purpose, ReviewAction};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

use super::kind::{SUBMITTABLE, SubmittableName};
use crate::base::error::{JsonType, Rule, StringFormat};
use crate::base::validation::Received;
use crate::base::validation::rules::{self, broken, broken_at, other_format, require};
use crate::model::catalog::ResourceName;
use crate::write::input::too_long;

/// Describes bodies with the content of a submission.
pub(super) const CONTENT: &str = "The resulting `content` may have up to 1 MiB (1048576 bytes) as compact JSON in UTF-8; larger content is a violation (422). \
    The body may have up to 4 MiB; a larger body is refused (413).";

/// A submission to create
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "names_what_it_is_for", skip_on_field_errors = false))]
pub(crate) struct SubmissionInput {
    /// Resource of the entry: `solutions` or `practice-examples`.
    #[validate(custom(function = "can_be_submitted"))]
    #[schema(value_type = SubmittableName)]
    pub resource: ResourceName,
    /// Purpose of the submission. Defaults to `publish`.
    #[serde(default = "publish")]
    pub purpose: Purpose,
    /// Slug or ID of the published entry. Omit for a new entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "open-smartcity-app", min_length = 1, max_length = 200)]
    pub entry: Option<String>,
    /// Proposed content of the entry, up to 1,048,576 bytes as compact JSON. May be incomplete. Defaults to the published
    /// content, or to an empty object for a new entry. Must be omitted when `purpose` is `withdraw`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_object"))]
    #[schema(value_type = Option<Object>, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub content: Option<Value>,
}

fn publish() -> Purpose {
    Purpose::Publish
}

fn is_object(content: &Value) -> Result<(), ValidationError> {
    require(content.is_object(), Rule::Type { expected: JsonType::Object })?;
    too_long(content).map_or(Ok(()), |rule| Err(broken(rule)))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "so the derived code calls it")]
fn can_be_submitted(resource: &ResourceName) -> Result<(), ValidationError> {
    let is_submittable = SUBMITTABLE.iter().any(|kind| kind.resource.table == resource.0.table);
    require(is_submittable, not_submittable(resource.0.collection))
}

/// Returns the rule that a resource without submissions breaks.
pub(super) fn not_submittable(collection: &str) -> Rule {
    let allowed = SUBMITTABLE.iter().map(|kind| kind.resource.collection.to_owned()).collect();
    Rule::NotSubmittable { value: collection.to_owned(), allowed }
}

fn names_what_it_is_for(input: &SubmissionInput) -> Result<(), ValidationError> {
    match (input.purpose, &input.entry) {
        (Purpose::Withdraw, None) => {
            Err(broken_at("entry", Rule::RequiredWith { other: "purpose".to_owned(), value: "withdraw".to_owned() }))
        }
        (Purpose::Withdraw, _) if input.content.is_some() => {
            Err(broken_at("content", Rule::ExcludedWith { other: "purpose".to_owned(), value: "withdraw".to_owned() }))
        }
        _ => Ok(()),
    }
}

/// Proposed content of a submission
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ContentInput {
    /// Proposed content of the entry, up to 1,048,576 bytes as compact JSON. May be incomplete.
    #[validate(custom(function = "is_object"))]
    #[schema(value_type = Object, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub content: Value,
    /// Revision of the published entry that the content takes into account. Must be the current one. Defaults to the previous
    /// value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 17)]
    pub based_on: Option<i64>,
}

/// A step of a review to take
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = "says_why", skip_on_field_errors = false))]
pub(crate) struct StepInput {
    /// Kind of step.
    pub action: ReviewAction,
    /// Comment on the step, up to 5,000 characters. Required for `request_changes` and `reject`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::remark"))]
    #[schema(example = "Bitte ergänzen Sie die Kosten.", max_length = 5000)]
    pub comment: Option<String>,
}

fn says_why(input: &StepInput) -> Result<(), ValidationError> {
    match input.action {
        ReviewAction::RequestChanges | ReviewAction::Reject if input.comment.is_none() => {
            Err(broken_at("comment", Rule::ReasonRequired {}))
        }
        _ => Ok(()),
    }
}

/// A comment to create
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommentInput {
    /// Text of the comment, up to 5,000 characters.
    #[validate(custom(function = "rules::remark"))]
    #[schema(example = "Bitte nennen Sie die jährlichen Kosten.", min_length = 1, max_length = 5000)]
    pub body: String,
    /// JSON pointer (RFC 6901) to a member of the content. Omit to comment on the whole submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "is_pointer"))]
    #[schema(example = "/costs", max_length = 200)]
    pub pointer: Option<String>,
}

/// An assignment of a reviewer
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignmentInput {
    /// Subject of the reviewer's token. Omit to remove the assignment.
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
        Err(other_format(StringFormat::JsonPointer))
    }
}

impl Received for SubmissionInput {}
impl Received for StepInput {}
impl Received for CommentInput {}
impl Received for AssignmentInput {}

impl Received for ContentInput {
    const READ_ONLY: &'static [&'static str] = &[
        "id",
        "resource",
        "purpose",
        "stage",
        "entry",
        "municipalities",
        "submitted_by",
        "assigned_to",
        "assigned_by",
        "violations",
        "changes",
        "ownership_change",
        "completeness",
        "gaps",
        "actions",
        "comments",
        "created_at",
        "updated_at",
        "submitted_at",
    ];
}

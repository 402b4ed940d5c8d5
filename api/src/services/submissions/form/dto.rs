//! Representation of submission forms.

use entity::Text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, ObjectBuilder};
use utoipa::{IntoParams, ToSchema};

use crate::services::submissions::kind::SubmittableName;

/// A submission form
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Form {
    /// Value for `resource` of the submission.
    #[schema(example = "practice-examples")]
    pub resource: &'static str,
    /// Title of the resource.
    pub title: Text,
    /// Maximum size of the whole content in bytes, as compact JSON in UTF-8. Applies in addition to the limits of the members.
    #[schema(example = 1_048_576)]
    pub max_bytes: usize,
    /// Members of the content, in display order.
    pub members: Vec<FormMember>,
    /// Minimal valid content. Its slug may be in use.
    #[schema(value_type = Object, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub example: Value,
}

/// A member of the content in a submission form
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FormMember {
    /// Name of the member.
    #[schema(example = "title")]
    pub name: String,
    /// JSON pointer to the member in the content, as in violations. `*` stands for an index in a list.
    #[schema(example = "/title")]
    pub pointer: String,
    /// Label for display.
    pub label: Text,
    /// Help text for display.
    pub help: Text,
    /// Type of the value, or of the items of a list.
    pub kind: FieldType,
    /// Whether the member is a list.
    #[schema(example = false)]
    pub is_list: bool,
    /// Whether the member is required.
    #[schema(example = true)]
    pub required: bool,
    /// Whether the member counts towards `completeness`.
    #[schema(example = false)]
    pub wanted: bool,
    /// Minimum length in characters; applies to each language. Omitted when there is no minimum.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2, nullable = false)]
    pub min_length: Option<u64>,
    /// Maximum length in characters; applies to each language. Omitted when there is no maximum.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 100, nullable = false)]
    pub max_length: Option<u64>,
    /// Regular expression that the value matches. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "^[a-z0-9]+(-[a-z0-9]+)*$", nullable = false)]
    pub pattern: Option<String>,
    /// Minimum of a number. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0, nullable = false)]
    pub minimum: Option<f64>,
    /// Maximum of a number. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1000, nullable = false)]
    pub maximum: Option<f64>,
    /// Minimum number of items in a list. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1, nullable = false)]
    pub min_items: Option<u64>,
    /// Maximum number of items in a list. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 50, nullable = false)]
    pub max_items: Option<u64>,
    /// Path of the vocabulary of the value. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/vocabularies/status", format = "uri-reference", nullable = false)]
    pub vocabulary: Option<String>,
    /// Values of the vocabulary. Omitted when there is no vocabulary.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub options: Option<Vec<Choice>>,
    /// Path of the resource that the value refers to. Omitted when the member is not a reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/municipalities", format = "uri-reference", nullable = false)]
    pub reference: Option<String>,
    /// Example value.
    #[schema(schema_with = any_value)]
    pub example: Value,
    /// Members of an object. Omitted for all other types.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(no_recursion)]
    pub members: Vec<FormMember>,
}

/// A value of a vocabulary in a submission form
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Choice {
    /// Value.
    #[schema(example = "pilot")]
    pub value: &'static str,
    /// Label for display.
    pub label: Text,
}

/// Type of a member: a single line, a text in German and English, a value of a vocabulary (`term`), the key of another
/// entry (`reference`), a day, a partial date (day, month or year), a URL, an email address, an integer, a number, a
/// boolean, or an object with members
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FieldType {
    Line,
    Text,
    Term,
    Reference,
    Date,
    PartialDate,
    Url,
    Email,
    Integer,
    Number,
    Boolean,
    Object,
}

fn any_value() -> Object {
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Example value."));
    any.examples([json!({ "de": "Mein Beispiel" })]).build()
}

/// Parameters of the submission form.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormQuery {
    /// Resource of the entry. Defaults to `practice-examples`.
    #[param(value_type = Option<SubmittableName>, inline, example = "solutions")]
    pub resource: Option<String>,
}

//! What a form looks like to front ends.

use entity::Text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Object, ObjectBuilder};
use utoipa::{IntoParams, ToSchema};

/// What a form for a submission asks
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Form {
    /// The kind of entry.
    #[schema(example = "practice_example")]
    pub kind: &'static str,
    /// What `resource` of the submission is to be.
    #[schema(example = "practice-examples")]
    pub resource: &'static str,
    /// What entries of the kind are called.
    pub title: Text,
    /// Bytes that the whole content may have, as compact JSON in UTF-8. Texts may each be as long as their own limit as long
    /// as the content is within this one.
    #[schema(example = 1_048_576)]
    pub max_bytes: usize,
    /// What can be set, in the order in which people expect to be asked.
    pub members: Vec<FormMember>,
    /// Content that could be submitted as it is, were its slug not taken.
    #[schema(value_type = Object, example = json!({ "slug": "my-example", "title": { "de": "Mein Beispiel" } }))]
    pub example: Value,
}

/// One member that a form asks for
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FormMember {
    /// Its name in the content.
    #[schema(example = "title")]
    pub name: String,
    /// JSON pointer to it in the content, as violations name it; `*` stands for a place in a list.
    #[schema(example = "/title")]
    pub pointer: String,
    /// What to show before it.
    pub label: Text,
    /// What is to be written there.
    pub help: Text,
    /// What it takes.
    pub kind: Takes,
    /// Is it a list of those?
    #[schema(example = false)]
    pub is_list: bool,
    /// Must it be there?
    #[schema(example = true)]
    pub required: bool,
    /// Does it count for `completeness`?
    #[schema(example = false)]
    pub wanted: bool,
    /// Characters at least, in each language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 2, nullable = false)]
    pub min_length: Option<u64>,
    /// Characters at most, in each language.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 100, nullable = false)]
    pub max_length: Option<u64>,
    /// Regular expression that it fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "^[a-z0-9]+(-[a-z0-9]+)*$", nullable = false)]
    pub pattern: Option<String>,
    /// The least number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0, nullable = false)]
    pub minimum: Option<f64>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1000, nullable = false)]
    pub maximum: Option<f64>,
    /// Items of the list at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1, nullable = false)]
    pub min_items: Option<u64>,
    /// Items of the list at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 50, nullable = false)]
    pub max_items: Option<u64>,
    /// The closed list that its value is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/vocabularies/status", format = "uri-reference", nullable = false)]
    pub vocabulary: Option<String>,
    /// What can be chosen from that list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub options: Option<Vec<Choice>>,
    /// The list in which entries it can name are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "/v1/municipalities", format = "uri-reference", nullable = false)]
    pub reference: Option<String>,
    /// A value that it takes.
    #[schema(schema_with = any_value)]
    pub example: Value,
    /// The members of an object.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(no_recursion)]
    pub members: Vec<FormMember>,
}

/// A value that can be chosen
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Choice {
    /// The value.
    #[schema(example = "pilot")]
    pub value: &'static str,
    /// What to show for it.
    pub label: Text,
}

/// What a member takes: a line, a text in German and English, a value of a closed list, the name of another entry, a day, a day or month or year,
/// an address, a mailbox, a number, yes or no, or an object with members of its own
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Takes {
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
    let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("A value that it takes."));
    any.examples([json!({ "de": "Mein Beispiel" })]).build()
}

/// Which form.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FormQuery {
    /// The kind of entry: `solution`, or `practice_example`, as without it.
    #[param(example = "practice_example")]
    pub kind: Option<String>,
}

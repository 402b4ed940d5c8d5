//! Violations: the places in a request that break a rule, as listed in `errors` of a problem.

use serde::{Serialize, Serializer};
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use super::rule::{Rule, ViolationCode};
use crate::base::language::Language;

/// Violation of a rule in a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// Name of the query parameter, if it violates the rule.
    pub parameter: Option<String>,
    /// Name of the request header, if it violates the rule.
    pub header: Option<String>,
    /// JSON pointer (RFC 6901) to the member of the body that violates the rule. Empty for the whole body.
    pub pointer: Option<String>,
    /// Line of the body, from 1, if the body is not valid JSON.
    pub line: Option<usize>,
    /// The rule, with its parameters.
    pub rule: Rule,
}

impl Violation {
    const fn of(rule: Rule) -> Self {
        Self { parameter: None, header: None, pointer: None, line: None, rule }
    }

    /// Returns the violation of a rule by a query parameter.
    pub fn parameter(name: impl Into<String>, rule: Rule) -> Self {
        Self { parameter: Some(name.into()), ..Self::of(rule) }
    }

    /// Returns the violation of a rule by a request header.
    pub fn header(name: impl Into<String>, rule: Rule) -> Self {
        Self { header: Some(name.into()), ..Self::of(rule) }
    }

    /// Returns the violation of a rule by the member of the body at a JSON pointer.
    pub fn pointer(pointer: impl Into<String>, rule: Rule) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::of(rule) }
    }

    /// Returns the violation of a rule in a line of the body, counted from 1.
    pub fn line(line: usize, rule: Rule) -> Self {
        Self { line: Some(line), ..Self::of(rule) }
    }

    /// Moves the violation into the item at an index of a list: prefixes its pointer with the index.
    pub(crate) fn below(mut self, index: usize) -> Self {
        self.pointer = Some(format!("/{index}{}", self.pointer.unwrap_or_default()));
        self
    }

    /// Splits a violation in a list into the index of the item and the violation inside that item.
    pub(crate) fn split_index(self) -> (usize, Self) {
        let pointer = self.pointer.clone().unwrap_or_default();
        let (index, rest) = pointer.trim_start_matches('/').split_once('/').unwrap_or((&pointer, ""));
        let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
        (index.trim_start_matches('/').parse().unwrap_or_default(), Self { pointer: Some(rest), ..self })
    }

    /// Returns the sentence about the violation, in the language of the request.
    pub(crate) fn detail(&self) -> String {
        self.rule.text(Language::current())
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Body<'v> {
            #[serde(flatten)]
            rule: &'v Rule,
            #[serde(skip_serializing_if = "Option::is_none")]
            parameter: Option<&'v str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            header: Option<&'v str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            pointer: Option<&'v str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            line: Option<usize>,
            detail: String,
        }
        let Self { parameter, header, pointer, line, rule } = self;
        let body = Body {
            rule,
            parameter: parameter.as_deref(),
            header: header.as_deref(),
            pointer: pointer.as_deref(),
            line: *line,
            detail: self.detail(),
        };
        body.serialize(serializer)
    }
}

/// Violation of a rule in a request
#[derive(ToSchema)]
#[schema(as = Violation)]
#[expect(dead_code, reason = "describes the serialised form of `Violation`")]
struct ViolationBody {
    /// Code of the rule.
    code: ViolationCode,
    /// Values in the detail, such as `min`, `max`, `allowed` or `field`; the code determines which. Empty for codes without
    /// parameters.
    #[schema(value_type = Object, example = json!({ "value": "metropolis", "allowed": ["large_city", "medium_town"] }))]
    parameters: Value,
    /// Name of the query parameter. Omitted when the violation is elsewhere.
    #[schema(example = "category", nullable = false)]
    parameter: Option<String>,
    /// Name of the request header. Omitted when the violation is elsewhere.
    #[schema(example = "Idempotency-Key", nullable = false)]
    header: Option<String>,
    /// JSON pointer (RFC 6901) to the member of the body, empty for the whole body. Omitted when the violation is
    /// elsewhere.
    #[schema(example = "/members/0/role", nullable = false)]
    pointer: Option<String>,
    /// Line of the body, from 1. Present only for malformed JSON.
    #[schema(example = 3, minimum = 1, nullable = false)]
    line: Option<usize>,
    /// Description of the violation, and how to correct it: in German or English, by `Accept-Language`.
    #[schema(example = "`metropolis` is not allowed; use one of: large_city, medium_town")]
    detail: String,
}

impl PartialSchema for Violation {
    fn schema() -> RefOr<Schema> {
        ViolationBody::schema()
    }
}

impl ToSchema for Violation {
    fn name() -> std::borrow::Cow<'static, str> {
        "Violation".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ViolationCode::name().into_owned(), ViolationCode::schema()));
        ViolationBody::schemas(schemas);
    }
}

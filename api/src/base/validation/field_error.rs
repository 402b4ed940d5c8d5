//! Conversion of deserialisation errors to rules, and the placeholders for invalid values.

use entity::PartialDate;
use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

use crate::base::error::{JsonType, Rule, StringFormat};

/// A member that cannot be deserialised.
pub(super) struct FieldError {
    /// JSON pointer to the member.
    pub pointer: String,
    /// Rule that the member violates.
    pub rule: Rule,
}

impl FieldError {
    /// Converts the error of a deserialiser. A missing member gets a pointer of its own.
    pub(super) fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let (here, message) = (pointer(error.path()), error.inner().to_string());
        if let Some(member) = quoted(&message, "missing field `") {
            return Self { pointer: format!("{here}/{}", escaped(member)), rule: Rule::Missing {} };
        }
        Self { pointer: here, rule: rule_of(&message) }
    }

    /// Returns whether the member is unknown.
    pub(super) fn is_unknown(&self) -> bool {
        matches!(self.rule, Rule::UnknownMember { .. })
    }

    /// Returns the values of a closed list. Empty for other types.
    pub(super) fn allowed(&self) -> Vec<String> {
        if let Rule::UnknownValue { allowed, .. } = &self.rule { allowed.clone() } else { vec![] }
    }
}

/// Returns the rule that the message of a deserialiser describes: a rule as JSON, or an English sentence of serde.
pub(crate) fn rule_of(message: &str) -> Rule {
    if let Some(rule) = Rule::of_message(message) {
        return rule;
    }
    if let Some(field) = quoted(message, "unknown field `") {
        return Rule::UnknownMember { field: field.to_owned(), allowed: expected(message) };
    }
    if let Some(value) = quoted(message, "unknown variant `") {
        return Rule::unknown_value(value, expected(message));
    }
    if message == PartialDate::INVALID {
        return Rule::Format { expected: StringFormat::PartialDate };
    }
    if message.starts_with("failed to parse timezone") {
        return Rule::Format { expected: StringFormat::TimeZone };
    }
    let Some((found, expected)) = message.split_once(", expected ") else {
        return Rule::Unreadable { reason: message.chars().take(300).collect() };
    };
    let json_type = |expected| Rule::Type { expected };
    match expected {
        "i16" if found.starts_with("invalid value") => Rule::range(i16::MIN.into(), i16::MAX.into()),
        "i32" if found.starts_with("invalid value") => Rule::range(i32::MIN.into(), i32::MAX.into()),
        "u32" if found.starts_with("invalid value") => Rule::range(0, u32::MAX.into()),
        "i16" | "i32" | "i64" | "u32" => json_type(JsonType::Integer),
        "f64" => json_type(JsonType::Number),
        "a sequence" => json_type(JsonType::Array),
        "a boolean" | r#""true", "on" or "false""# => json_type(JsonType::Boolean),
        "a string" | "string or map" => json_type(JsonType::String),
        _ if expected.starts_with("struct ") || expected == "a map" => json_type(JsonType::Object),
        _ => Rule::Unreadable { reason: message.chars().take(300).collect() },
    }
}

/// Returns the text between a prefix of the message and the next backtick.
fn quoted<'m>(message: &'m str, begin: &str) -> Option<&'m str> {
    message.strip_prefix(begin)?.split('`').next()
}

/// Returns the list of expected values in a message.
fn expected(message: &str) -> Vec<String> {
    let Some((_, list)) = message.split_once("`, expected ") else { return vec![] };
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Returns a path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        // A term of a closed list is a string without members.
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}

/// Escapes the name of a member for a JSON pointer.
pub(crate) fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

/// Returns the placeholders to try in the place of an invalid value: terms, a text, a date, a time, a time zone, a
/// number, a boolean, an object, a list.
pub(super) fn placeholders(known: &[String]) -> impl Iterator<Item = Value> {
    let others = [
        json!("-"),
        json!("2000-01-01"),
        json!("2000-01-01T00:00:00Z"),
        json!("Europe/Berlin"),
        json!(0),
        json!(false),
    ];
    known.iter().map(|term| json!(term)).chain(others).chain([json!({}), json!([])])
}

/// Returns all placeholders, including extreme values that are compared with other members.
pub(super) fn all_placeholders(known: &[String]) -> impl Iterator<Item = Value> {
    let ends = [
        json!("1000-01-01"),
        json!("9999-12-31"),
        json!("1000-01-01T00:00:00Z"),
        json!("9999-12-31T00:00:00Z"),
        json!(1_000_000_000),
        json!(true),
    ];
    placeholders(known).chain(ends)
}

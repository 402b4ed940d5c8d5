//! Readable messages for deserialisation errors.

use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

/// A member that cannot be deserialised.
pub(super) struct FieldError {
    pub pointer: String,
    pub detail: String,
    /// Whether the member is unknown.
    pub is_unknown: bool,
    /// Accepted values of a closed list. Empty for other types.
    pub known: Vec<String>,
}

impl FieldError {
    pub(super) fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let (here, message) = (pointer(error.path()), error.inner().to_string());
        let field_error = |pointer, detail| Self { pointer, detail, is_unknown: false, known: vec![] };
        if let Some(member) = quoted(&message, "missing field `") {
            return field_error(format!("{here}/{}", escaped(member)), "is missing and must be there".to_owned());
        }
        if let Some(member) = quoted(&message, "unknown field `") {
            let detail = match expected(&message) {
                Some(members) => format!("unknown member `{member}`; those that can be set are: {members}"),
                None => format!("unknown member `{member}`; none can be set here"),
            };
            return Self { is_unknown: true, ..field_error(here, detail) };
        }
        if let Some(value) = quoted(&message, "unknown variant `") {
            let value: String = value.chars().take(100).collect();
            let known = expected(&message).unwrap_or_default();
            return Self {
                known: listed(&known),
                ..field_error(here, format!("unknown value `{value}`; write one of: {known}"))
            };
        }
        // The wording of custom deserialisers of terms.
        let known = message.split_once("write one of: ").map(|(_, list)| listed(list));
        Self { known: known.unwrap_or_default(), ..field_error(here, plain(&message)) }
    }
}

/// Splits the list of terms in a message.
fn listed(terms: &str) -> Vec<String> {
    terms.split(", ").map(str::to_owned).collect()
}

/// Returns the text between a prefix and the next backtick.
fn quoted<'m>(message: &'m str, begin: &str) -> Option<&'m str> {
    message.strip_prefix(begin)?.split('`').next()
}

/// Returns the list of expected values in a message, without backticks.
fn expected(message: &str) -> Option<String> {
    let (_, list) = message.split_once("`, expected ")?;
    Some(list.trim_start_matches("one of ").replace("` or `", "`, `").replace('`', ""))
}

/// Rewrites the message of a wrong type.
fn plain(message: &str) -> String {
    const WORDS: [(&str, &str); 11] = [
        ("invalid type: ", "must not be "),
        ("invalid value: ", "must not be "),
        ("expected i64", "but a whole number"),
        ("expected a sequence", "but a list"),
        ("expected i16", "but a whole number"),
        ("expected i32", "but a whole number"),
        ("expected u32", "but a whole number from 0"),
        ("expected f64", "but a number"),
        ("expected a boolean", "but true or false"),
        ("expected a string", "but a text"),
        ("expected string or map", "but a text"),
    ];
    // The message must not contain the name of a Rust struct.
    let message = match message.split_once("expected struct ") {
        Some((found, _)) if found.starts_with("invalid length") => "must not be a list, but an object".to_owned(),
        Some((found, _)) => format!("{found}but an object"),
        None => message.to_owned(),
    };
    let text = WORDS.iter().fold(message, |text, (from, to)| text.replace(from, to));
    text.chars().take(300).collect()
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

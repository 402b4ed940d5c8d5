//! What deserialisation could not read, in words that are no programmer's.

use serde_json::{Value, json};
use serde_path_to_error::{Path, Segment};

/// A member that cannot be read
pub(super) struct FieldError {
    pub pointer: String,
    pub detail: String,
    /// Is it a member that nobody knows?
    pub is_stranger: bool,
    /// The values that would fit, where it must be one of a list.
    pub known: Vec<String>,
}

impl FieldError {
    pub(super) fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let (here, message) = (pointer(error.path()), error.inner().to_string());
        let flaw = |pointer, detail| Self { pointer, detail, is_stranger: false, known: vec![] };
        if let Some(member) = quoted(&message, "missing field `") {
            return flaw(format!("{here}/{}", escaped(member)), "is missing and must be there".to_owned());
        }
        if let Some(member) = quoted(&message, "unknown field `") {
            let detail = match expected(&message) {
                Some(members) => format!("unknown member `{member}`; those that can be set are: {members}"),
                None => format!("unknown member `{member}`; none can be set here"),
            };
            return Self { is_stranger: true, ..flaw(here, detail) };
        }
        if let Some(value) = quoted(&message, "unknown variant `") {
            let value: String = value.chars().take(100).collect();
            let known = expected(&message).unwrap_or_default();
            return Self {
                known: listed(&known),
                ..flaw(here, format!("unknown value `{value}`; write one of: {known}"))
            };
        }
        // So say those who read terms themselves.
        let known = message.split_once("write one of: ").map(|(_, list)| listed(list));
        Self { known: known.unwrap_or_default(), ..flaw(here, plain(&message)) }
    }
}

/// The terms of a list that a message names.
fn listed(terms: &str) -> Vec<String> {
    terms.split(", ").map(str::to_owned).collect()
}

/// What stands behind a beginning and before the next quotation mark.
fn quoted<'m>(message: &'m str, begin: &str) -> Option<&'m str> {
    message.strip_prefix(begin)?.split('`').next()
}

/// The list that a message says was expected, without its quotation marks.
fn expected(message: &str) -> Option<String> {
    let (_, list) = message.split_once("`, expected ")?;
    Some(list.trim_start_matches("one of ").replace("` or `", "`, `").replace('`', ""))
}

/// The message of a wrong shape.
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
    // What an object is called here is nobody's concern.
    let message = match message.split_once("expected struct ") {
        Some((found, _)) if found.starts_with("invalid length") => "must not be a list, but an object".to_owned(),
        Some((found, _)) => format!("{found}but an object"),
        None => message.to_owned(),
    };
    let text = WORDS.iter().fold(message, |text, (from, to)| text.replace(from, to));
    text.chars().take(300).collect()
}

/// A path as a JSON pointer (RFC 6901).
fn pointer(path: &Path) -> String {
    let part = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        // A term of a closed list is a text; there is nothing below it.
        Segment::Enum { .. } | Segment::Unknown => String::new(),
    };
    path.iter().map(part).collect()
}

/// A member's name as a part of a JSON pointer.
pub(crate) fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

/// What may stand in the place of something that does not fit, until it does: a term, a text, a date, a time, a zone, a
/// number, an object, a list.
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

/// Everything that may stand there: besides those, values at either end of what others are compared with.
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

//! The contract of the service as an artefact, and its guard.

pub mod difference;
mod operation;

use std::collections::{HashMap, HashSet};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

pub use self::operation::Operation;
use self::operation::operations;

/// The document as it is committed.
pub const DOCUMENT: &str = include_str!("../openapi.json");

/// The document as the code is now.
pub fn render() -> String {
    let document = serde_json::to_string_pretty(api::app::document::document()).unwrap_or_default();
    document + "\n"
}

/// The promises of the service, to hold its answers against.
pub struct Contract {
    document: Value,
    operations: Vec<Operation>,
    /// A validator for each schema of a response, by the schema and whether a response may have a subset of the members.
    validators: HashMap<(String, bool), Validator>,
}

impl Default for Contract {
    fn default() -> Self {
        Self::new()
    }
}

impl Contract {
    pub fn new() -> Self {
        let document = serde_json::from_str(DOCUMENT).unwrap_or_default();
        let operations = operations(&document);
        let validators = validators(&document, &operations);
        Self { document, operations, validators }
    }

    pub fn document(&self) -> &Value {
        &self.document
    }

    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The operation that answers a request: literal parts of a path go before parameters.
    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let method = if method == "HEAD" { "get" } else { &method.to_lowercase() };
        let mut fitting: Vec<_> = self
            .operations
            .iter()
            .filter(|operation| operation.method == method && fits(&operation.path, path))
            .collect();
        // What names the end of a path goes before what takes any.
        fitting.sort_by_key(|operation| (operation.path.matches('{').count(), operation.path.ends_with('}')));
        fitting.into_iter().next()
    }

    /// The operation that describes an answer: content negotiation leads to the operation of another format.
    fn in_format_of<'c>(&'c self, operation: &'c Operation, answer: &Answer<'_>) -> &'c Operation {
        let promises = |operation: &Operation| {
            let content = operation.value.pointer("/responses/200/content").and_then(Value::as_object);
            content.is_some_and(|content| promised_media(content, bare(answer.media)).is_some())
        };
        let is_beside = |other: &&Operation| {
            let rest = other.path.strip_prefix(&operation.path);
            other.method == operation.method && rest.is_some_and(|rest| rest.starts_with('.') || rest == "/stream")
        };
        if answer.status != 200 || promises(operation) {
            return operation;
        }
        self.operations.iter().filter(is_beside).find(|other| promises(other)).unwrap_or(operation)
    }

    /// What an answer breaks of the contract.
    pub fn broken(&self, method: &str, target: &str, answer: &Answer<'_>) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(operation) = self.find(method, path).map(|operation| self.in_format_of(operation, answer)) else {
            // Where there is no operation, there is nothing but a problem to answer.
            let fine = matches!(answer.status, 204 | 400 | 401 | 404 | 405 | 406 | 413 | 414 | 415);
            return (!fine).then(|| format!("{} at {path}, which the document does not know", answer.status));
        };
        let status = answer.status.to_string();
        if matches!(answer.status, 405) {
            return None;
        }
        let Some(response) = operation.value.get("responses").and_then(|responses| responses.get(&status)) else {
            return Some(format!("{} does not promise {status}", operation.id));
        };
        let promised = members(response.get("headers"));
        let missing = promised.iter().find(|(name, _)| misses(name, answer));
        if let Some((name, _)) = missing {
            return Some(format!("{} promises the header {name} with {status}", operation.id));
        }
        let unlisted = LISTED.iter().find(|name| {
            answer.headers.iter().any(|header| header == *name)
                && !promised.iter().any(|(promised, _)| promised.eq_ignore_ascii_case(name))
        });
        if let Some(name) = unlisted {
            return Some(format!("{} does not promise the header {name} with {status}", operation.id));
        }
        // Whoever wanted no entry back got none.
        let spared = answer.body.is_empty() && answer.headers.iter().any(|name| name == "preference-applied");
        if method == "HEAD" || spared || response.get("content").is_none() {
            return (!answer.body.is_empty()).then(|| format!("{} promises no body with {status}", operation.id));
        }
        let media = bare(answer.media);
        let key = response.get("content").and_then(Value::as_object).and_then(|content| promised_media(content, media));
        let Some(key) = key else {
            return Some(format!("{} does not promise {media} with {status}", operation.id));
        };
        if !media.ends_with("json") || media.ends_with("ndjson") {
            return None;
        }
        let content = response.get("content")?.get(key)?;
        self.broken_json(content, query, answer).map(|broken| format!("{} with {status} {broken}", operation.id))
    }

    /// What a JSON body breaks of the content that is promised.
    fn broken_json(&self, content: &Value, query: &str, answer: &Answer<'_>) -> Option<String> {
        let body: Value = match serde_json::from_slice(answer.body) {
            Ok(body) => body,
            Err(error) => return Some(format!("sends no JSON: {error}")),
        };
        if bare(answer.media) == "application/problem+json"
            && let Some(name) = unlisted_problem(content, &body)
        {
            return Some(format!("does not list the problem {name}"));
        }
        let is_subset = query.split('&').any(|pair| pair.starts_with("fields="));
        let validator = self.validators.get(&(content.get("schema")?.to_string(), is_subset))?;
        let error = validator.iter_errors(&body).next()?;
        Some(format!("sends {error} at {}", error.instance_path()))
    }
}

/// The type of a problem that the document has no example of.
fn unlisted_problem<'b>(content: &Value, body: &'b Value) -> Option<&'b str> {
    // The path of a public URL may come before it.
    let (_, name) = body.get("type")?.as_str()?.rsplit_once("/problems/")?;
    let listed = content.get("examples").and_then(|examples| examples.get(name));
    listed.is_none().then_some(name)
}

/// Removes what a schema and those in it require: with `fields`, an answer has a subset of the members.
fn without_required(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            // A property may be called `required` as well.
            members.retain(|name, value| name != "required" || !value.is_array());
            members.values_mut().for_each(without_required);
        }
        Value::Array(items) => items.iter_mut().for_each(without_required),
        _ => {}
    }
}

/// A validator for each schema of a response, as it stands and for a subset of the members.
fn validators(document: &Value, operations: &[Operation]) -> HashMap<(String, bool), Validator> {
    let components = json!({ "schemas": document.pointer("/components/schemas") });
    let mut relaxed = components.clone();
    without_required(&mut relaxed);
    let responses = operations.iter().flat_map(|operation| members(operation.value.get("responses")));
    let contents = responses.flat_map(|(_, response)| members(response.get("content")));
    let schemas: HashSet<String> =
        contents.filter_map(|(_, content)| content.get("schema")).map(ToString::to_string).collect();
    let validator = |schema: &String, is_subset: bool| {
        let mut whole: Value = serde_json::from_str(schema).ok()?;
        let components = if is_subset { &relaxed } else { &components };
        whole.as_object_mut()?.insert("components".to_owned(), components.clone());
        let validator = jsonschema::options().should_validate_formats(true).build(&whole).ok()?;
        Some(((schema.clone(), is_subset), validator))
    };
    schemas.iter().flat_map(|schema| [validator(schema, false), validator(schema, true)]).flatten().collect()
}

/// What was answered, as far as a contract speaks of it.
pub struct Answer<'a> {
    pub status: u16,
    /// Names, in small letters.
    pub headers: Vec<String>,
    pub media: &'a str,
    pub body: &'a [u8],
}

fn members(value: Option<&Value>) -> Vec<(&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().collect()
}

/// The promised media type that stands for one: `text/html` promises the files of a page too.
fn promised_media<'a>(content: &'a Map<String, Value>, media: &str) -> Option<&'a String> {
    content.keys().find(|promised| bare(promised) == media)
}

/// A media type without its parameters.
fn bare(media: &str) -> &str {
    media.split(';').next().unwrap_or_default().trim()
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let is_guide = path == ["", "docs", ""];
    // A parameter may be followed by the name of a format, which no key contains. Only that of the guide may be empty.
    let fits = |part: &str, text: &str| match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
        Some((_, format)) => text.ends_with(format) && (is_guide || !text.is_empty()),
        None => part == text,
    };
    template.len() == path.len() && template.iter().zip(&path).all(|(part, text)| fits(part, text))
}

/// Headers that a response may only have if the document says so, in small letters.
const LISTED: [&str; 10] = [
    "content-language",
    "content-location",
    "etag",
    "last-modified",
    "link",
    "location",
    "preference-applied",
    "retry-after",
    "vary",
    "www-authenticate",
];

/// Whether a response lacks a promised header. There is not always a next page, and with `fields` a response has no
/// `Content-Location`.
fn misses(header: &str, answer: &Answer<'_>) -> bool {
    // Only some of the problems of a status have them.
    let is_optional = match answer.status {
        401 => header != "WWW-Authenticate",
        503 => header != "Retry-After",
        400.. => true,
        _ => ["Link", "Content-Location"].contains(&header),
    } && ["Content-Location", "ETag", "Link", "Retry-After", "WWW-Authenticate"].contains(&header);
    !answer.headers.contains(&header.to_lowercase()) && !is_optional
}

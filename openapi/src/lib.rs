//! The committed OpenAPI document of the service, and the checks of responses against it.

pub mod difference;
mod operation;

use std::collections::{HashMap, HashSet};

use jsonschema::Validator;
use serde_json::{Map, Value, json};

pub use self::operation::Operation;
use self::operation::operations;
/// The committed document, as JSON.
pub use api::app::document::DOCUMENT;

/// Returns the document that the code generates, as indented JSON with a final line break.
pub fn render() -> String {
    let document = serde_json::to_string_pretty(&api::app::document::generate()).unwrap_or_default();
    document + "\n"
}

/// The committed document with its operations, to check responses against.
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
    /// Parses the committed document, and builds a validator for each schema of a response.
    pub fn new() -> Self {
        let document = serde_json::from_str(DOCUMENT).unwrap_or_default();
        let operations = operations(&document);
        let validators = validators(&document, &operations);
        Self { document, operations, validators }
    }

    /// Returns the committed document.
    pub fn document(&self) -> &Value {
        &self.document
    }

    /// Returns all operations of the document.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns the operation that responds to a request. Literal segments of a path take precedence over parameters.
    pub fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        let method = if method == "HEAD" { "get" } else { &method.to_lowercase() };
        let mut fitting: Vec<_> = self
            .operations
            .iter()
            .filter(|operation| operation.method == method && fits(&operation.path, path))
            .collect();
        // A parameter with a suffix, such as `{key}.csv`, takes precedence over a parameter without one.
        fitting.sort_by_key(|operation| (operation.path.matches('{').count(), operation.path.ends_with('}')));
        fitting.into_iter().next()
    }

    /// Returns the operation that describes a response. Content negotiation selects the operation of another format.
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

    /// Checks a response against the document. Returns the first deviation, or `None` if there is none. `target` is the path
    /// of the request with its query.
    pub fn broken(&self, method: &str, target: &str, answer: &Answer<'_>) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(operation) = self.find(method, path).map(|operation| self.in_format_of(operation, answer)) else {
            // Without an operation, only a problem or the response to a preflight request is expected.
            let fine = matches!(answer.status, 204 | 400 | 401 | 404 | 405 | 406 | 413 | 414 | 415);
            return (!fine).then(|| format!("{} at {path}, which is not in the document", answer.status));
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
        // `Prefer: return=minimal` omits the response body.
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

    /// Checks a JSON body against the content that the document describes. Returns the first deviation.
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

/// Returns the type of a problem for which the document has no example.
fn unlisted_problem<'b>(content: &Value, body: &'b Value) -> Option<&'b str> {
    // The path of the public URL may precede `/problems/`.
    let (_, name) = body.get("type")?.as_str()?.rsplit_once("/problems/")?;
    let listed = content.get("examples").and_then(|examples| examples.get(name));
    listed.is_none().then_some(name)
}

/// Removes `required` from a schema and all nested schemas: with `fields`, a response has a subset of the members.
fn without_required(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            // A property may be named `required`; the keyword has an array as its value.
            members.retain(|name, value| name != "required" || !value.is_array());
            members.values_mut().for_each(without_required);
        }
        Value::Array(items) => items.iter_mut().for_each(without_required),
        _ => {}
    }
}

/// Builds two validators for each schema of a response: for complete bodies, and for a subset of the members.
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

/// The properties of a response that the document describes.
pub struct Answer<'a> {
    /// HTTP status code.
    pub status: u16,
    /// Names of the headers, in lower case.
    pub headers: Vec<String>,
    /// Value of `Content-Type`, with its parameters. Empty without this header.
    pub media: &'a str,
    /// Response body.
    pub body: &'a [u8],
}

fn members(value: Option<&Value>) -> Vec<(&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten().collect()
}

/// Returns the media type of the document that matches a media type, without regard to parameters.
fn promised_media<'a>(content: &'a Map<String, Value>, media: &str) -> Option<&'a String> {
    content.keys().find(|promised| bare(promised) == media)
}

/// Returns a media type without its parameters.
fn bare(media: &str) -> &str {
    media.split(';').next().unwrap_or_default().trim()
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    let is_guide = path == ["", "docs", ""];
    // A parameter may have the name of a format as suffix, which no key contains. Only the parameter of `/docs/{file}` may be
    // empty.
    let fits = |part: &str, text: &str| match part.strip_prefix('{').and_then(|part| part.split_once('}')) {
        Some((_, format)) => text.ends_with(format) && (is_guide || !text.is_empty()),
        None => part == text,
    };
    template.len() == path.len() && template.iter().zip(&path).all(|(part, text)| fits(part, text))
}

/// Headers, in lower case, that a response may have only if the document lists them.
const LISTED: [&str; 12] = [
    "age",
    "cache-status",
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

/// Returns whether a response lacks a header that the document requires. `Link` is absent on the last page, and
/// `Content-Location` with `fields`. `Age` and `Cache-Status` are present only while the database is unavailable.
fn misses(header: &str, answer: &Answer<'_>) -> bool {
    if ["Age", "Cache-Status"].contains(&header) {
        return false;
    }
    // Several problems share a status, and only some of them have these headers.
    let is_optional = match answer.status {
        401 => header != "WWW-Authenticate",
        503 => header != "Retry-After",
        400.. => true,
        _ => ["Link", "Content-Location"].contains(&header),
    } && ["Content-Location", "ETag", "Link", "Retry-After", "WWW-Authenticate"].contains(&header);
    !answer.headers.contains(&header.to_lowercase()) && !is_optional
}

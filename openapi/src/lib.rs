//! The contract of the service as an artefact, and its guard.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

/// The document as it is committed.
pub const DOCUMENT: &str = include_str!("../openapi.json");

/// The document as the code is now.
pub fn render() -> String {
    let document = serde_json::to_string_pretty(&api::document::document()).unwrap_or_default();
    document + "\n"
}

/// An operation of the contract.
#[derive(Clone, Debug)]
pub struct Operation {
    pub method: String,
    pub path: String,
    pub id: String,
    /// The operation as it stands in the document.
    pub value: Value,
}

impl Operation {
    /// Its parameters that stand in one place: `path`, `query` or `header`.
    pub fn parameters(&self, place: &str) -> Vec<&Value> {
        let all = self.value.get("parameters").and_then(Value::as_array).into_iter().flatten();
        all.filter(|parameter| parameter.get("in").and_then(Value::as_str) == Some(place)).collect()
    }

    /// Its path with the example of each parameter in place.
    pub fn example(&self) -> String {
        self.parameters("path").iter().fold(self.path.clone(), |path, parameter| {
            let text = |member| parameter.get(member).and_then(Value::as_str).unwrap_or_default();
            path.replace(&format!("{{{}}}", text("name")), text("example"))
        })
    }
}

/// The promises of the service, to hold its answers against.
pub struct Contract {
    document: Value,
    validators: HashMap<String, Validator>,
}

impl Default for Contract {
    fn default() -> Self {
        Self::new()
    }
}

impl Contract {
    pub fn new() -> Self {
        let document = serde_json::from_str(DOCUMENT).unwrap_or_default();
        let mut contract = Self { document, validators: HashMap::new() };
        contract.validators = contract.schemas();
        contract
    }

    pub fn document(&self) -> &Value {
        &self.document
    }

    pub fn operations(&self) -> Vec<Operation> {
        let paths = self.document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let operation = |path: &String, method: &String, value: &Value| Operation {
            method: method.clone(),
            path: path.clone(),
            id: value.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned(),
            value: value.clone(),
        };
        let of_path = |(path, item): (&String, &Value)| {
            let methods = item.as_object().cloned().unwrap_or_default();
            methods.iter().map(|(method, value)| operation(path, method, value)).collect::<Vec<_>>()
        };
        paths.flat_map(of_path).collect()
    }

    /// A checker for the schema of each kind of answer, by where it stands in the document.
    fn schemas(&self) -> HashMap<String, Validator> {
        let components = self.document.get("components").cloned().unwrap_or_default();
        let mut validators = HashMap::new();
        for operation in self.operations() {
            for (status, response) in members(operation.value.get("responses")) {
                for (media, content) in members(response.get("content")) {
                    let schema = content.get("schema").cloned().unwrap_or_else(|| json!({}));
                    // Only where `fields` was given may an answer be a part of the whole.
                    let whole = schema.pointer("/anyOf/0").unwrap_or(&schema).clone();
                    for (mut schema, part) in [(whole, ""), (schema, " part")] {
                        if let Some(schema) = schema.as_object_mut() {
                            schema.insert("components".to_owned(), components.clone());
                        }
                        let options = jsonschema::options().should_validate_formats(true);
                        if let Ok(validator) = options.build(&schema) {
                            validators.insert(format!("{} {status} {media}{part}", operation.id), validator);
                        }
                    }
                }
            }
        }
        validators
    }

    /// The operation that answers a request: literal parts of a path go before parameters.
    pub fn find(&self, method: &str, path: &str) -> Option<Operation> {
        let method = if method == "HEAD" { "get" } else { &method.to_lowercase() };
        let mut fitting: Vec<_> = self
            .operations()
            .into_iter()
            .filter(|operation| operation.method == method && fits(&operation.path, path))
            .collect();
        fitting.sort_by_key(|operation| operation.path.matches('{').count());
        fitting.into_iter().next()
    }

    /// What an answer breaks of the contract.
    pub fn broken(&self, method: &str, target: &str, answer: &Answer<'_>) -> Option<String> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(operation) = self.find(method, path) else {
            // Where there is no operation, there is nothing but a problem to answer.
            let fine = matches!(answer.status, 204 | 400 | 404 | 405 | 413 | 414 | 415);
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
        let missing =
            promised.iter().find(|(name, _)| !answer.headers.contains(&name.to_lowercase()) && *name != "Link");
        if let Some((name, _)) = missing {
            return Some(format!("{} promises the header {name} with {status}", operation.id));
        }
        if method == "HEAD" || response.get("content").is_none() {
            return (!answer.body.is_empty()).then(|| format!("{} promises no body with {status}", operation.id));
        }
        let media = answer.media.split(';').next().unwrap_or_default().trim();
        let key = response.get("content").and_then(Value::as_object).and_then(|content| promised_media(content, media));
        let Some(key) = key else {
            return Some(format!("{} does not promise {media} with {status}", operation.id));
        };
        if !media.ends_with("json") || media.ends_with("ndjson") {
            return None;
        }
        let body: Value = match serde_json::from_slice(answer.body) {
            Ok(body) => body,
            Err(error) => return Some(format!("{} sends no JSON: {error}", operation.id)),
        };
        let part = if query.split('&').any(|pair| pair.starts_with("fields=")) { " part" } else { "" };
        let validator = self.validators.get(&format!("{} {status} {key}{part}", operation.id))?;
        let error = validator.iter_errors(&body).next()?;
        Some(format!("{} sends {error} at {}", operation.id, error.instance_path()))
    }
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
    let bare = |promised: &str| promised.split(';').next().unwrap_or_default().trim().to_owned();
    content.keys().find(|promised| bare(promised) == media)
}

fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len() && template.iter().zip(&path).all(|(part, text)| part.starts_with('{') || part == text)
}

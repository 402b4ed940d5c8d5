//! Breaking changes between two versions of the document.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Deepest nesting of schemas that is compared. Schemas may refer to themselves.
const DEPTH: usize = 12;

/// Returns the breaking changes from one document to another, one line each, in alphabetical order.
pub fn breaking(old: &Value, new: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    for (path, item) in members(old.get("paths")) {
        for (method, operation) in members(Some(item)) {
            let name = format!("{} {path}", method.to_uppercase());
            match new.get("paths").and_then(|paths| paths.get(path)?.get(method)) {
                None => drop(found.insert(format!("{name}: removed"))),
                Some(changed) => {
                    let mut comparison = Comparison { old, new, name: &name, found: &mut found };
                    comparison.parameters(operation, changed);
                    comparison.body(operation, changed);
                    comparison.responses(operation, changed);
                }
            }
        }
    }
    found.into_iter().collect()
}

/// The comparison of one operation.
struct Comparison<'c> {
    old: &'c Value,
    new: &'c Value,
    name: &'c str,
    found: &'c mut BTreeSet<String>,
}

/// Direction of a value. A request must not require more than before, and a response must not contain less.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Request,
    Response,
}

impl Comparison<'_> {
    fn note(&mut self, place: &str, change: &str) {
        self.found.insert(format!("{}: {place} {change}", self.name));
    }

    fn parameters(&mut self, old: &Value, new: &Value) {
        let (before, after) = (parameters(self.old, old), parameters(self.new, new));
        for (key, parameter) in &before {
            match after.iter().find(|(other, _)| other == key) {
                None => self.note(&format!("parameter {key}"), "was removed"),
                Some((_, changed)) => {
                    let schemas = (parameter.get("schema"), changed.get("schema"));
                    if let (Some(old), Some(new)) = schemas {
                        self.schema(&format!("parameter {key}"), old, new, Direction::Request, 0);
                    }
                }
            }
        }
        let required = |parameters: &[(String, &Value)]| -> BTreeSet<String> {
            let required = parameters.iter().filter(|(_, one)| one.get("required") == Some(&Value::Bool(true)));
            required.map(|(key, _)| key.clone()).collect()
        };
        for key in required(&after).difference(&required(&before)) {
            self.note(&format!("parameter {key}"), "is now required");
        }
    }

    fn body(&mut self, old: &Value, new: &Value) {
        self.contents("body", old.get("requestBody"), new.get("requestBody"), Direction::Request);
    }

    fn responses(&mut self, old: &Value, new: &Value) {
        for (status, response) in members(old.get("responses")).filter(|(status, _)| status.starts_with('2')) {
            let changed = new.get("responses").and_then(|responses| responses.get(status));
            match changed {
                None => self.note(&format!("response {status}"), "was removed"),
                Some(changed) => {
                    let (response, changed) = (resolve(self.old, response), resolve(self.new, changed));
                    self.contents(&format!("response {status}"), Some(response), Some(changed), Direction::Response);
                }
            }
        }
    }

    fn contents(&mut self, place: &str, old: Option<&Value>, new: Option<&Value>, direction: Direction) {
        for (media, content) in members(old.and_then(|old| old.get("content"))) {
            let changed = new.and_then(|new| new.get("content")?.get(media));
            match (content.get("schema"), changed) {
                (_, None) => self.note(place, &format!("no longer has {media}")),
                (Some(old), Some(changed)) => {
                    if let Some(new) = changed.get("schema") {
                        self.schema(place, old, new, direction, 0);
                    }
                }
                _ => {}
            }
        }
    }

    fn schema(&mut self, place: &str, old: &Value, new: &Value, direction: Direction, depth: usize) {
        let (old, new) = (resolve(self.old, old), resolve(self.new, new));
        if depth > DEPTH || old == new {
            return;
        }
        let kind = |schema: &Value| schema.get("type").cloned();
        if kind(old).is_some() && kind(new).is_some() && kind(old) != kind(new) {
            self.note(place, "has another type");
            return;
        }
        let missing = |from: &Value, of: &Value, name: &str| -> Vec<String> {
            let texts = |schema: &Value| schema.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
            let (from, of) = (texts(from), texts(of));
            of.iter().filter(|one| !from.contains(one)).map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
        };
        // An enumeration may gain values in responses, and must not lose values in requests.
        if direction == Direction::Request && new.get("enum").is_some() {
            for value in missing(new, old, "enum") {
                self.note(place, &format!("no longer accepts {value}"));
            }
        }
        let required = match direction {
            Direction::Request => missing(old, new, "required"),
            Direction::Response => missing(new, old, "required"),
        };
        for member in required {
            let change = if direction == Direction::Request { "is now required" } else { "may now be absent" };
            self.note(&format!("{place}/{member}"), change);
        }
        for (member, schema) in members(old.get("properties")) {
            match new.get("properties").and_then(|properties| properties.get(member)) {
                None => self.note(&format!("{place}/{member}"), "was removed"),
                Some(changed) => self.schema(&format!("{place}/{member}"), schema, changed, direction, depth + 1),
            }
        }
        if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
            self.schema(&format!("{place}/*"), old, new, direction, depth + 1);
        }
    }
}

/// Returns the parameters of an operation, each with a key from its name and location.
fn parameters<'d>(document: &'d Value, operation: &'d Value) -> Vec<(String, &'d Value)> {
    let all = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let text =
        |parameter: &Value, name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    all.map(|parameter| resolve(document, parameter))
        .map(|parameter| (format!("{} in {}", text(parameter, "name"), text(parameter, "in")), parameter))
        .collect()
}

/// Returns the target of a reference, or the value itself if it is not a reference.
fn resolve<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let reference = value.get("$ref").and_then(Value::as_str);
    match reference.and_then(|reference| document.pointer(reference.trim_start_matches('#'))) {
        Some(found) => resolve(document, found),
        None => value,
    }
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(parameter: &Value, body: &Value, response: &Value) -> Value {
        json!({
            "paths": { "/v1/themes": { "post": {
                "parameters": [parameter],
                "requestBody": { "content": { "application/json": { "schema": body } } },
                "responses": { "201": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Theme" } } } } },
            } } },
            "components": { "schemas": { "Theme": response } },
        })
    }

    #[test]
    fn only_breaking_changes_are_reported() {
        let text = json!({ "type": "string" });
        let mode =
            |values: &[&str]| json!({ "name": "mode", "in": "query", "schema": { "type": "string", "enum": values } });
        let object = |members: &[&str], required: &[&str]| {
            let members: Map<String, Value> = members.iter().map(|name| ((*name).to_owned(), text.clone())).collect();
            json!({ "type": "object", "properties": members, "required": required })
        };
        let old =
            document(&mode(&["a", "b"]), &object(&["slug"], &["slug"]), &object(&["slug", "id"], &["slug", "id"]));
        let same = breaking(&old, &old);
        let wider = document(
            &mode(&["a", "b", "c"]),
            &object(&["slug", "note"], &["slug"]),
            &object(&["slug", "id", "x"], &["slug", "id", "x"]),
        );
        let narrower = document(&mode(&["a"]), &object(&["slug", "note"], &["slug", "note"]), &object(&["slug"], &[]));

        assert!(same.is_empty() && breaking(&old, &wider).is_empty(), "{:?}", breaking(&old, &wider));
        assert_eq!(
            breaking(&old, &narrower),
            [
                "POST /v1/themes: body/note is now required",
                "POST /v1/themes: parameter mode in query no longer accepts b",
                "POST /v1/themes: response 201/id may now be absent",
                "POST /v1/themes: response 201/id was removed",
                "POST /v1/themes: response 201/slug may now be absent",
            ]
        );
        assert_eq!(breaking(&old, &json!({ "paths": {} })), ["POST /v1/themes: removed"]);
    }
}

//! Input schemas: descriptions taken from the entry schemas, item limits, and merge patch schemas.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use utoipa::openapi::{Components, RefOr, Schema};

/// Suffix of the names of input schemas.
const INPUT: &str = "Input";

/// Copies the descriptions of members from each entry schema to its input schema, and adds a patch schema for each input schema
/// in `patched`.
pub(super) fn complete(components: &mut Components, patched: &BTreeSet<String>) {
    let schemas = &mut components.schemas;
    let names: Vec<String> = schemas.keys().filter(|name| name.contains(INPUT)).cloned().collect();
    for name in names {
        let json = |name: &str| serde_json::to_value(schemas.get(name)).unwrap_or_default();
        let mut input = json(&name);
        without_null(&mut input);
        exemplify(&mut input);
        let entry = name.trim_end_matches(INPUT).to_owned();
        if schemas.contains_key(&entry) {
            describe(&mut input, &json(&entry));
        }
        bound(&mut input);
        let patch = patched.contains(&name).then(|| (format!("{entry}Patch"), patch(&input)));
        let read = [(name, input)].into_iter().chain(patch);
        let read = read.filter_map(|(name, schema)| Some((name, serde_json::from_value(schema).ok()?)));
        schemas.extend(read.collect::<Vec<(String, RefOr<Schema>)>>());
    }
}

/// Adds the limits of list items, for which the attributes of a member have no place.
fn bound(input: &mut Value) {
    for (name, member) in properties(input) {
        let bounds = match name.as_str() {
            "sources" => json!({ "format": "iri", "maxLength": 2000 }),
            "technologies" => json!({ "minLength": 1, "maxLength": 200 }),
            "sdgs" => json!({ "minimum": 1, "maximum": 17 }),
            _ => continue,
        };
        if let (Some(items), Value::Object(bounds)) = (member.get_mut("items").and_then(Value::as_object_mut), bounds) {
            items.extend(bounds);
        }
    }
}

fn properties(schema: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
}

/// Removes `null` from the types of members: an absent member is omitted.
fn without_null(input: &mut Value) {
    for (_, member) in properties(input) {
        if let Some(Value::Array(types)) = member.get("type")
            && let [one] = types.iter().filter(|one| *one != "null").collect::<Vec<_>>()[..]
        {
            let one = one.clone();
            if let Some(member) = member.as_object_mut() {
                member.insert("type".to_owned(), one);
            }
        }
        if let Some(Value::Array(ways)) = member.get("oneOf")
            && let [one] = ways.iter().filter(|way| way.get("type") != Some(&json!("null"))).collect::<Vec<_>>()[..]
        {
            *member = one.clone();
        }
    }
}

/// Uses the first value of an enumeration as its example.
fn exemplify(input: &mut Value) {
    for (_, member) in properties(input) {
        let term = member.pointer("/enum/0").cloned();
        if let (Some(term), Some(member)) = (term, member.as_object_mut()) {
            member.entry("example").or_insert(term);
        }
    }
}

/// Copies the description and the examples of each member from the entry schema, unless the input schema has its own.
fn describe(input: &mut Value, entry: &Value) {
    for (name, member) in properties(input) {
        let said = entry.get("properties").and_then(|properties| properties.get(name));
        let (Some(said), Some(member)) = (said, member.as_object_mut()) else { continue };
        for key in ["description", "example", "examples"] {
            // The input lists keys where the entry lists links, so examples are copied only between equal items.
            let fits = key == "description" || member.get("items") == said.get("items") && !member.contains_key("$ref");
            if let (true, false, Some(text)) = (fits, member.contains_key(key), said.get(key)) {
                member.insert(key.to_owned(), text.clone());
            }
        }
    }
}

/// Returns the merge patch schema of an input: no member is required, and optional members may be `null`.
fn patch(input: &Value) -> Value {
    let mut patch = input.clone();
    let required = patch.as_object_mut().and_then(|patch| patch.remove("required")).unwrap_or_default();
    let required = |name: &str| required.as_array().is_some_and(|required| required.iter().any(|one| one == name));
    for (_, member) in properties(&mut patch).filter(|(name, _)| !required(name)) {
        let description = member.as_object_mut().and_then(|member| member.remove("description"));
        let mut nullable = json!({ "oneOf": [member.clone(), { "type": "null" }] });
        if let (Some(description), Some(nullable)) = (description, nullable.as_object_mut()) {
            nullable.insert("description".to_owned(), description);
        }
        *member = nullable;
    }
    if let Some(patch) = patch.as_object_mut() {
        patch.insert(
            "description".to_owned(),
            json!("Merge patch (RFC 7396): the members to change. `null` removes an optional member"),
        );
    }
    patch
}

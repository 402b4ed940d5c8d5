//! Input schemas: descriptions taken from the entry schemas, item limits, and merge patch schemas.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{Components, ObjectBuilder, RefOr, Schema, Type};

use super::names::{of_reference, reference};

/// Name of the schema of links in requests.
const LINK: &str = "LinkInput";
/// Name of the schema of values that are ignored.
const IGNORED: &str = "Ignored";

/// Members of nested inputs that refer to an entry.
const NESTED: [(&str, &str); 6] = [
    ("MemberInput", "municipality"),
    ("ParticipantInput_GroupRole", "municipality"),
    ("ParticipantInput_GroupRole", "project"),
    ("ParticipantInput_PartnerRole", "municipality"),
    ("ParticipantInput_PartnerRole", "project"),
    ("RelatedInput", "solution"),
];

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
        // The content of a submission is part of its representation.
        let entry = if entry == "Content" { "Submission".to_owned() } else { entry };
        let mut shown = if entry == name { Value::Null } else { json(&entry) };
        if shown.is_object() {
            describe(&mut input, &shown);
        }
        bound(&mut input);
        for (_, member) in properties(&mut input).filter(|(member, _)| NESTED.contains(&(&*name, &**member))) {
            *member = or_link(member);
        }
        if patched.contains(&name) {
            accept_links(&mut input, &shown);
            accept_read_only(&mut input, &mut shown);
        }
        let mut merged = BTreeMap::new();
        if patched.contains(&name) {
            let patch = patch(&input, &json, &mut merged);
            merged.insert(patch_name(&name), patch);
        }
        let shown = Some((entry, shown)).filter(|(_, shown)| shown.is_object());
        let read = [(name, input)].into_iter().chain(merged).chain(shown);
        let read = read.filter_map(|(name, schema)| Some((name, serde_json::from_value(schema).ok()?)));
        schemas.extend(read.collect::<Vec<(String, RefOr<Schema>)>>());
    }
}

/// Allows a link instead of the key of an entry.
fn accept_links(input: &mut Value, shown: &Value) {
    let is_link = |schema: &Value| {
        let reference = schema.get("$ref").and_then(Value::as_str).unwrap_or_default();
        reference.ends_with("/Link") || reference.ends_with("/MunicipalityLink")
    };
    for (name, member) in properties(input) {
        let Some(shown) = shown.pointer(&format!("/properties/{name}")) else { continue };
        if shown.get("items").is_some_and(is_link) {
            if let Some(items) = member.get_mut("items") {
                *items = or_link(items);
            }
        } else if is_link(shown) {
            *member = or_link(member);
        }
    }
}

/// Returns the schema of a key or a link, with the annotations of the key.
fn or_link(key: &Value) -> Value {
    let (mut key, mut annotations) = (key.clone(), serde_json::Map::new());
    for name in ["description", "example"] {
        annotations.extend(key.as_object_mut().and_then(|key| key.remove_entry(name)));
    }
    annotations.insert("oneOf".to_owned(), json!([key, { "$ref": reference(LINK) }]));
    Value::Object(annotations)
}

/// Adds the read-only members of the representation to the input, which ignores their values, and marks them in both schemas.
fn accept_read_only(input: &mut Value, shown: &mut Value) {
    let Some(accepted) = input.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, member) in properties(shown).filter(|(name, _)| !accepted.contains_key(*name)).collect::<Vec<_>>() {
        // utoipa has no `readOnly` for schemas of lists.
        if member.get("type").is_none_or(|kind| kind != "array") {
            mark_read_only(member);
        }
        let mut ignored = json!({ "$ref": reference(IGNORED), "description": "Read-only: any value is ignored." });
        mark_read_only(&mut ignored);
        accepted.insert(name.clone(), ignored);
    }
}

fn mark_read_only(schema: &mut Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("readOnly".to_owned(), json!(true));
    }
}

/// Returns the schemas for members of responses that requests may contain: links instead of keys, and ignored values.
pub(super) fn of_responses() -> [(String, RefOr<Schema>); 2] {
    let text = |about: &str, example: &str| {
        ObjectBuilder::new().schema_type(Type::String).description(Some(about)).examples([example])
    };
    let link = ObjectBuilder::new()
        .description(Some("Link to an entry, as in responses, instead of its key"))
        .property("slug", text("Slug of the entry.", "konstanz"))
        .property("href", text("Path of the entry.", "/v1/municipalities/konstanz"))
        .required("slug")
        .required("href");
    let ignored =
        ObjectBuilder::new().schema_type(SchemaType::AnyValue).description(Some("Any value, which is ignored"));
    [(LINK.to_owned(), link.into()), (IGNORED.to_owned(), ignored.into())]
}

/// Adds the limits of list items, which the utoipa attributes of a member cannot express.
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

/// Returns the name of the merge patch schema of a schema.
pub(super) fn patch_name(name: &str) -> String {
    format!("{}Patch", name.trim_end_matches(INPUT))
}

/// Returns the merge patch schema of an input: no member is required, and optional members may be `null`. Adds those of the
/// objects that it contains to `patches`.
fn patch(input: &Value, resolve: &impl Fn(&str) -> Value, patches: &mut BTreeMap<String, Value>) -> Value {
    let mut patch = input.clone();
    for (_, member) in properties(&mut patch) {
        let Some(Value::String(reference)) = member.get_mut("$ref") else { continue };
        let name = of_reference(reference);
        let object = resolve(name);
        if object.get("properties").is_some() {
            let name = patch_name(name);
            *reference = self::reference(&name);
            if !patches.contains_key(&name) {
                patches.insert(name.clone(), Value::Null);
                let nested = self::patch(&object, resolve, patches);
                patches.insert(name, nested);
            }
        }
    }
    let required = patch.as_object_mut().and_then(|patch| patch.remove("required")).unwrap_or_default();
    let required = |name: &str| required.as_array().is_some_and(|required| required.iter().any(|one| one == name));
    for (_, member) in properties(&mut patch).filter(|(name, _)| !required(name)) {
        if member.get("readOnly").is_some() {
            continue;
        }
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

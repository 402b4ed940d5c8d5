//! Schemas that tell apart changes by their resource, and webhook messages by their type.

use entity::vocabulary::{Action, ReviewAction, Vocabulary};
use sea_orm::Iterable;
use serde_json::{Value, json};
use utoipa::openapi::{Components, RefOr, Schema};

use super::entries::InputSchema;

/// Schema of a change in the feed.
const CHANGE: &str = "FeedChange";

/// Splits the schema of changes into one for each resource, whose `resource` is a constant and whose `content` has the type of the
/// resource. Limits the type of each kind of message to its values.
pub(super) fn discriminate(components: &mut Components, inputs: &[InputSchema]) {
    changes(components, inputs);
    messages(components);
}

fn changes(components: &mut Components, inputs: &[InputSchema]) {
    let change = json!(components.schemas.get(CHANGE));
    let (mut variants, mut mapping) = (vec![], serde_json::Map::new());
    for InputSchema { collection, name: input } in inputs {
        let name = format!("{}Change", input.trim_end_matches("Input"));
        let mut variant = change.clone();
        let about = variant.pointer("/properties/resource/description").cloned();
        set(
            &mut variant,
            "/properties/resource",
            json!({ "type": "string", "enum": [collection], "example": collection, "description": about }),
        );
        if let Some(content) = variant.pointer_mut("/properties/content").and_then(Value::as_object_mut) {
            content.remove("type");
            content.insert("$ref".to_owned(), json!(format!("#/components/schemas/{input}")));
        }
        let reference = format!("#/components/schemas/{name}");
        variants.push(json!({ "$ref": reference }));
        mapping.insert((*collection).to_owned(), json!(reference));
        replace(components, &name, variant);
    }
    let either = json!({
        "description": change.get("description"),
        "oneOf": variants,
        "discriminator": { "propertyName": "resource", "mapping": mapping },
    });
    replace(components, CHANGE, either);
}

fn messages(components: &mut Components) {
    let entry = Action::iter().map(|action| format!("entry.{}", action.value())).collect();
    let submission = ReviewAction::iter().map(|action| format!("submission.{}", action.value())).collect();
    for (message, types, data) in
        [("WebhookMessage_FeedChange", entry, CHANGE), ("WebhookMessage_SubmissionStep", submission, "SubmissionStep")]
    {
        let types: Vec<String> = types;
        let mut schema = json!(components.schemas.get(message));
        set(&mut schema, "/properties/type/example", json!(types.first()));
        set(
            &mut schema,
            "/properties/data",
            json!({ "$ref": format!("#/components/schemas/{data}"), "description": "The change or step." }),
        );
        if let Some(kind) = schema.pointer_mut("/properties/type").and_then(Value::as_object_mut) {
            kind.insert("enum".to_owned(), json!(types));
        }
        replace(components, message, schema);
    }
}

/// Replaces the value at a pointer.
fn set(schema: &mut Value, pointer: &str, value: Value) {
    if let Some(found) = schema.pointer_mut(pointer) {
        *found = value;
    }
}

fn replace(components: &mut Components, name: &str, schema: Value) {
    if let Ok(schema) = serde_json::from_value::<RefOr<Schema>>(schema) {
        components.schemas.insert(name.to_owned(), schema);
    }
}

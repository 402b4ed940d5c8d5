//! Schemas of changes for each resource, and of webhook messages for each type.

use entity::vocabulary::{Action, ReviewAction, Vocabulary};
use sea_orm::Iterable;
use serde_json::{Value, json};
use utoipa::openapi::{Components, RefOr, Schema};

use super::entries::InputSchema;
use super::names;

/// Schema of a change in the feed.
const CHANGE: &str = "FeedChange";
/// Schema of the actions of changes in the feed.
const ACTION: &str = "ChangeAction";

/// Splits the schema of changes into one for each resource, whose `resource` is a constant and whose `content` has the type of the
/// resource. Limits the type of each kind of message to its values.
pub(super) fn discriminate(components: &mut Components, inputs: &[InputSchema]) {
    changes(components, inputs);
    messages(components);
}

fn changes(components: &mut Components, inputs: &[InputSchema]) {
    let change = json!(components.schemas.get(CHANGE));
    let actions: Vec<String> = recorded().map(|action| action.value().to_owned()).collect();
    replace(components, ACTION, json!({ "type": "string", "description": "Kind of change", "enum": actions }));
    let (mut variants, mut mapping) = (vec![], serde_json::Map::new());
    for InputSchema { collection, name: input, slug } in inputs {
        let name = format!("{}Change", input.trim_end_matches("Input"));
        let mut variant = change.clone();
        let about = variant.pointer("/properties/resource/description").cloned();
        set(
            &mut variant,
            "/properties/resource",
            json!({ "type": "string", "enum": [collection], "example": collection, "description": about }),
        );
        set(&mut variant, "/properties/action/$ref", json!(names::reference(ACTION)));
        set(&mut variant, "/properties/slug/example", json!(slug));
        let href = format!("/v1/{collection}/0197f2a0-0000-7000-8000-000000000000");
        set(&mut variant, "/properties/href/example", json!(href));
        if let Some(content) = variant.pointer_mut("/properties/content").and_then(Value::as_object_mut) {
            content.remove("type");
            content.insert("$ref".to_owned(), json!(names::reference(input)));
        }
        let reference = names::reference(&name);
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

/// Returns the actions in the change feed. Actions on tokens are in the audit trail only.
fn recorded() -> impl Iterator<Item = Action> {
    Action::iter().filter(|action| !matches!(action, Action::Issue | Action::Revoke))
}

fn messages(components: &mut Components) {
    let entry = recorded().map(|action| format!("entry.{}", action.value())).collect();
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
            json!({ "$ref": names::reference(data), "description": "The change or step." }),
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

//! What stands in the place of what does not fit, until everything was read.

use std::collections::HashMap;

use serde_json::Value;

use super::flaw::{FieldError, placeholders};

/// What was put in the place of what does not fit, and the terms that would fit, by pointer.
#[derive(Default)]
pub(super) struct Tried {
    values: Vec<(String, Value)>,
    pub known: HashMap<String, Vec<String>>,
}

/// Puts the next stand-in in the place of what does not fit, or leaves out what nobody knows. Is there one left?
pub(super) fn mend(json: &mut Value, flaw: &FieldError, tried: &mut Tried) -> bool {
    if flaw.is_stranger {
        return replace(json, &flaw.pointer, None);
    }
    if !flaw.known.is_empty() {
        tried.known.insert(flaw.pointer.clone(), flaw.known.clone());
    }
    // Each flaw at one place takes the next.
    let is_new =
        |value: &Value| !tried.values.iter().any(|(pointer, before)| *pointer == flaw.pointer && before == value);
    let Some(stand_in) = placeholders(&flaw.known).find(is_new) else { return false };
    tried.values.push((flaw.pointer.clone(), stand_in.clone()));
    replace(json, &flaw.pointer, Some(stand_in))
}

/// Puts a value at a place, or takes a member away. Could that be done?
pub(super) fn replace(json: &mut Value, pointer: &str, value: Option<Value>) -> bool {
    let (parent, member) = pointer.rsplit_once('/').unwrap_or_default();
    let member = member.replace("~1", "/").replace("~0", "~");
    if pointer.is_empty() {
        return value.is_some_and(|value| {
            *json = value;
            true
        });
    }
    match (json.pointer_mut(parent), value) {
        (Some(Value::Object(members)), Some(value)) => {
            members.insert(member, value);
            true
        }
        (Some(Value::Object(members)), None) => members.remove(&member).is_some(),
        (Some(Value::Array(items)), Some(value)) => {
            let item = member.parse().ok().and_then(|place: usize| items.get_mut(place));
            item.map(|item| *item = value).is_some()
        }
        _ => false,
    }
}

//! Replacement of invalid values by placeholders, until the whole value can be deserialised.

use std::collections::HashMap;

use serde_json::Value;

use super::field_error::{FieldError, all_placeholders, placeholders};

/// The placeholders tried so far, by pointer.
#[derive(Default)]
pub(super) struct TriedPlaceholders {
    values: Vec<(String, Value)>,
    /// Accepted terms of closed lists, by pointer.
    known: HashMap<String, Vec<String>>,
}

/// A value that is put at a pointer, or `None` to remove the member.
#[derive(Clone)]
pub(super) struct Replacement {
    pub pointer: String,
    pub value: Option<Value>,
}

impl TriedPlaceholders {
    /// Returns the groups of replacements that together put every placeholder at each pointer. A group has at most one
    /// replacement for a pointer.
    pub(super) fn rounds(&self, pointers: &[String]) -> Vec<Vec<Replacement>> {
        let of = |pointer: &String| {
            let known = self.known.get(pointer).map(Vec::as_slice).unwrap_or_default();
            let values: Vec<_> = std::iter::once(None).chain(all_placeholders(known).map(Some)).collect();
            let pointer = pointer.clone();
            values.into_iter().map(move |value| Replacement { pointer: pointer.clone(), value })
        };
        let mut left: Vec<_> = pointers.iter().map(of).collect();
        let mut rounds = vec![];
        loop {
            let round: Vec<_> = left.iter_mut().filter_map(Iterator::next).collect();
            if round.is_empty() {
                return rounds;
            }
            rounds.push(round);
        }
    }
}

/// Replaces an invalid value by the next placeholder, or removes an unknown member. Returns whether that was possible.
pub(super) fn put_placeholder(json: &mut Value, error: &FieldError, tried: &mut TriedPlaceholders) -> bool {
    if error.is_unknown() {
        return replace(json, &error.pointer, None);
    }
    let allowed = error.allowed();
    if !allowed.is_empty() {
        tried.known.insert(error.pointer.clone(), allowed.clone());
    }
    // Each error at the same pointer takes the next placeholder.
    let is_new =
        |value: &Value| !tried.values.iter().any(|(pointer, before)| *pointer == error.pointer && before == value);
    let Some(placeholder) = placeholders(&allowed).find(is_new) else { return false };
    tried.values.push((error.pointer.clone(), placeholder.clone()));
    replace(json, &error.pointer, Some(placeholder))
}

/// Sets the value at a pointer, or removes the member. Returns whether that was possible.
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

//! An entry of each resource with all members that can be set.

use std::sync::LazyLock;

use serde_json::Value;

/// Returns the collection of each resource with the input of a complete entry.
pub fn complete() -> impl Iterator<Item = (&'static str, &'static Value)> {
    static ENTRIES: LazyLock<Value> =
        LazyLock::new(|| serde_json::from_str(include_str!("complete.json")).expect("a file of entries"));
    ENTRIES.as_object().expect("entries by resource").iter().map(|(resource, entry)| (resource.as_str(), entry))
}

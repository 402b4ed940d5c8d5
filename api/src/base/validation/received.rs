//! Values as clients send them: with read-only members, and with links in the place of keys.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

/// A value in requests and files.
pub(crate) trait Received: Serialize + DeserializeOwned + Validate {
    /// Members of the representation that are ignored, so that the body of a response can be sent back.
    const READ_ONLY: &'static [&'static str] = &[];
}

/// Removes members that are read-only, and replaces links to entries by their keys.
pub(crate) fn normalise<T: Received>(json: &mut Value) {
    if let Value::Object(members) = json {
        members.retain(|name, _| !T::READ_ONLY.contains(&name.as_str()));
    }
    unlink(json);
}

/// Replaces each link to an entry by its official key, or by its slug where there is none.
fn unlink(json: &mut Value) {
    match json {
        Value::Object(members) => {
            let text = |name| members.get(name).and_then(Value::as_str);
            let key = text("slug").zip(text("href")).map(|(slug, _)| text("ags").unwrap_or(slug).to_owned());
            match key {
                Some(key) => *json = Value::String(key),
                None => members.values_mut().for_each(unlink),
            }
        }
        Value::Array(items) => items.iter_mut().for_each(unlink),
        _ => {}
    }
}

//! Values as clients send them. They may contain read-only members, and links in the place of keys.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use validator::Validate;

use crate::base::characters::trimmed;

/// A value in requests and files.
pub(crate) trait Received: Serialize + DeserializeOwned + Validate {
    /// Members of the representation that are ignored, so that the body of a response can be sent back.
    const READ_ONLY: &'static [&'static str] = &[];
}

/// Removes members that are read-only, replaces links to entries by their keys, and normalises texts.
pub(crate) fn normalise<T: Received>(json: &mut Value) {
    if let Value::Object(members) = json {
        members.retain(|name, _| !T::READ_ONLY.contains(&name.as_str()));
    }
    unlink(json);
    normalise_texts(json);
}

/// Normalises each text: letters are composed (NFC), line breaks are line feeds, and white space and invisible
/// characters around the text are removed.
fn normalise_texts(json: &mut Value) {
    match json {
        Value::String(text) => {
            let composed: String = text.nfc().collect();
            trimmed(&composed.replace("\r\n", "\n").replace('\r', "\n")).clone_into(text);
        }
        Value::Array(items) => items.iter_mut().for_each(normalise_texts),
        Value::Object(members) => members.values_mut().for_each(normalise_texts),
        _ => {}
    }
}

/// Replaces each link to an entry by its official key, or by its slug if the link has no official key.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::base::property::config;

    #[test]
    fn texts_are_composed_trimmed_and_use_line_feeds() {
        let mut json = json!({ "de": " \u{a0}Bu\u{308}rger\r\neins\rzwei\n ", "list": ["\ta b\n"], "number": 7 });

        normalise_texts(&mut json);

        assert_eq!(json, json!({ "de": "B\u{fc}rger\neins\nzwei", "list": ["a b"], "number": 7 }));
    }

    fn normalised(text: impl Into<Value>) -> Value {
        let mut json = text.into();
        normalise_texts(&mut json);
        json
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn normalised_text_is_stable(text in "[ \\r\\na-cä\\u{301}\\u{200b}\\u{ad}\\u{fe0f}\\u{202e}\\u{2764}]{0,8}|\\PC*") {
            let once = normalised(text);

            prop_assert_eq!(normalised(once.clone()), once);
        }

        #[test]
        fn composed_and_decomposed_texts_are_stored_alike(text: String) {
            let [composed, decomposed] = [text.nfc().collect::<String>(), text.nfd().collect()];

            prop_assert_eq!(normalised(composed), normalised(decomposed));
        }
    }
}

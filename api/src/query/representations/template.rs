//! Stored JSON with placeholders for what depends on the date and on the public URL.
//!
//! In JSON, control characters inside strings are escaped, so a control character of the stored text is always a placeholder.

use entity::vocabulary::{Freshness, Vocabulary};
use memchr::memchr2;

/// Stands for the path of the public URL.
const PREFIX: u8 = 1;
/// Stands for the freshness.
const FRESHNESS: u8 = 2;

/// Replaces the freshness, and the path of the public URL in links, by placeholders. `prefix` is that path. Quotation marks
/// inside strings are escaped, so the names of members are found only as names.
pub(super) fn with_placeholders(json: &str, prefix: &str) -> String {
    let (path, state) = (char::from(PREFIX), char::from(FRESHNESS));
    let link = |before: &str, text: &str| text.replace(&format!("{before}{prefix}/"), &format!("{before}{path}/"));
    let mut json = link("\"href\":\"", json);
    if let Some((before, lists)) = json.split_once("\"lists\":{")
        && let Some((lists, after)) = lists.split_once('}')
    {
        json = format!("{before}\"lists\":{{{}}}{after}", link("\":\"", lists));
    }
    if let Some((before, freshness)) = json.split_once("\"freshness\":\"")
        && let Some((_, after)) = freshness.split_once('"')
    {
        json = format!("{before}\"freshness\":\"{state}\"{after}");
    }
    json
}

/// Replaces the placeholders.
pub(super) fn filled(template: &str, prefix: &str, freshness: Freshness) -> String {
    let mut json = String::with_capacity(template.len() + 16 * prefix.len() + 8);
    let mut rest = template;
    // `memchr2` compares many bytes at once, and a page has 80 kB of texts.
    while let Some((before, after)) =
        memchr2(PREFIX, FRESHNESS, rest.as_bytes()).and_then(|place| rest.split_at_checked(place))
    {
        json.push_str(before);
        json.push_str(if after.starts_with(char::from(PREFIX)) { prefix } else { freshness.value() });
        rest = after.get(1..).unwrap_or_default();
    }
    json.push_str(rest);
    json
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_with_the_prefix_and_the_freshness() {
        let json = r#"{"title":"\"href\":\"/v1/a\"","themes":[{"href":"/v1/themes/a"}],"lists":{"events":"/v1/events?theme=a"},"freshness":"due","url":"/v1/"}"#;

        let template = with_placeholders(json, "");

        assert_eq!(filled(&template, "", Freshness::Due), json);
        let expected = r#"{"title":"\"href\":\"/v1/a\"","themes":[{"href":"/x/v1/themes/a"}],"lists":{"events":"/x/v1/events?theme=a"},"freshness":"stale","url":"/v1/"}"#;
        assert_eq!(filled(&template, "/x", Freshness::Stale), expected);
        assert_eq!(with_placeholders(expected, "/x"), template);
    }
}

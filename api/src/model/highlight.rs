//! Texts of an entry, and the parts that match a search.

use std::borrow::Cow;
use std::collections::BTreeMap;

use entity::Text;

/// Texts by member, with matches between `<mark>` and `</mark>`. All other text is escaped for HTML.
pub(crate) type Highlight = BTreeMap<Cow<'static, str>, String>;

/// The texts of an entry, each with the name of its member.
pub(crate) type Texts<'a> = Vec<(&'static str, &'a str)>;

/// Returns the German and English version of a text, each with the name of its member.
pub(crate) fn both<'a>(
    members: [&'static str; 2],
    text: Option<&'a Text>,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let languages = text.into_iter().flat_map(|text| [Some(&text.de), text.en.as_ref()]);
    members.into_iter().zip(languages).filter_map(|(member, text)| Some((member, text?.as_str())))
}

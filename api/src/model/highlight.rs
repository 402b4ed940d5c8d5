//! The texts of an entry, and where in them it was found.

use std::collections::BTreeMap;

use entity::Text;

/// By member, its text with what was found between `<mark>` and `</mark>`; everything else is escaped for HTML.
pub(crate) type Highlight = BTreeMap<&'static str, String>;

/// The texts of an entry, by member.
pub(crate) type Texts<'a> = Vec<(&'static str, &'a str)>;

/// A text of an entry in its languages.
pub(crate) fn both<'a>(
    members: [&'static str; 2],
    text: Option<&'a Text>,
) -> impl Iterator<Item = (&'static str, &'a str)> {
    let languages = text.into_iter().flat_map(|text| [Some(&text.de), text.en.as_ref()]);
    members.into_iter().zip(languages).filter_map(|(member, text)| Some((member, text?.as_str())))
}

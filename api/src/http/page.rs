//! Pages of a list, and their cursors.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::format::{Record, Represented};
use crate::base::error::{Error, Result};
use crate::model::facet_value::FacetValue;

/// One page of a list
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// Entries of this page.
    pub items: Vec<T>,
    /// Number of matching entries on all pages. With `q`, the number of entries with all words.
    #[schema(example = 73)]
    pub total: u64,
    /// Whether there are more entries than `total`, which is possible above 10,000. Omitted when `total` is exact.
    #[serde(skip_serializing_if = "is_false")]
    #[schema(required = false, example = true)]
    pub total_is_lower_bound: bool,
    /// Cursor of the next page, to be sent as `cursor`. Omitted on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "eyJxIjoxLCJrIjoidWxtIn0", nullable = false)]
    pub next: Option<Cursor>,
    /// Values of each requested facet, with the number of matching entries. Empty when `facets` is omitted.
    pub facets: BTreeMap<&'static str, Vec<FacetValue>>,
    /// Corrected spelling of `q` that has matches, with words as entries spell them. Omitted when the list has entries or no such
    /// spelling exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bewässerung", nullable = false)]
    pub did_you_mean: Option<String>,
    /// How the words of `q` were found. Omitted without `q`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub search: Option<SearchMatches>,
}

impl<T> Page<T> {
    /// Returns a page of a list with no further entries.
    pub(crate) fn of(items: Vec<T>) -> Self {
        let total = items.len() as u64;
        Self {
            items,
            total,
            total_is_lower_bound: false,
            next: None,
            facets: BTreeMap::new(),
            did_you_mean: None,
            search: None,
        }
    }
}

impl<T: Record> Page<Represented<T>> {
    /// Returns the page as JSON. Its entries have the members in `picked`, or all members if `picked` is empty.
    pub(super) fn json(self, picked: &[String]) -> Result<Vec<u8>> {
        /// The page up to its entries.
        const BEGIN: &[u8] = br#"{"items":["#;
        let Self { items, total, total_is_lower_bound, next, facets, did_you_mean, search } = self;
        let mut json = BEGIN.to_vec();
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            item.write_json(picked, &mut json)?;
        }
        // Stored entries are appended as bytes, and not parsed again. So the rest comes from the page without entries.
        let rest = Page::<()> { items: vec![], total, total_is_lower_bound, next, facets, did_you_mean, search };
        let rest = serde_json::to_vec(&rest).map_err(Error::internal)?;
        json.extend(rest.get(BEGIN.len()..).unwrap_or_default());
        Ok(json)
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(value: &bool) -> bool {
    !value
}

/// How the words of a search were found
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct SearchMatches {
    /// Number of entries with all words. Equal to `total`.
    #[schema(example = 12)]
    pub all_words: u64,
    /// Number of further entries with some of the words.
    #[schema(example = 31)]
    pub some_words: u64,
    /// Number of further entries that are only similar: with related words, or words of a similar spelling.
    #[schema(example = 4)]
    pub similar: u64,
    /// How each entry in `items` matches, in the order of `items`.
    #[schema(example = json!(["all_words"]))]
    pub matches: Vec<WordMatch>,
    /// Spelling that was searched instead of `q`, because words of `q` occur in no entry, with words as entries spell them. Omitted
    /// when nothing was corrected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bewässerung", nullable = false)]
    pub corrected_to: Option<String>,
    /// Whether `q` was too long to be searched as a whole: the search uses its first 1,000 characters, and of these the 24 rarest
    /// words.
    #[schema(example = false)]
    pub truncated: bool,
    /// Whether the search ended before its entries were read.
    #[schema(example = false)]
    pub incomplete: bool,
}

/// How an entry matches the words of a search
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WordMatch {
    /// The entry contains all words, in one of their forms.
    AllWords,
    /// The entry contains some of the words.
    SomeWords,
    /// The entry contains related words only, or words of a similar spelling.
    Similar,
}

/// Position of an entry in a list: its sort value, as text, and its ID.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Sort value of the entry, as text.
    #[serde(rename = "k")]
    pub key: String,
    /// ID of the entry.
    #[serde(rename = "i")]
    pub id: Uuid,
}

/// Position in the result of one query. Clients receive it as an opaque string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Digest of the query. A cursor is refused with any other query.
    pub query: u64,
    /// Position of the last entry of the page.
    pub position: Position,
}

/// Content of a cursor, as serialised.
#[derive(Serialize, Deserialize)]
struct CursorContent {
    #[serde(rename = "q")]
    query: u64,
    #[serde(flatten)]
    position: Position,
}

impl Cursor {
    /// Returns the cursor as an opaque string: JSON in base64url.
    pub(crate) fn encode(&self) -> String {
        let content = CursorContent { query: self.query, position: self.position.clone() };
        BASE64.encode(serde_json::to_vec(&content).unwrap_or_default())
    }

    /// Parses a cursor. Returns `None` for a string that is not a cursor.
    pub(crate) fn decode(text: &str) -> Option<Self> {
        let CursorContent { query, position } = serde_json::from_slice(&BASE64.decode(text).ok()?).ok()?;
        (!position.key.contains('\0')).then_some(Self { query, position })
    }
}

impl Cursor {
    /// Returns the query string of the page after that of a query string.
    pub(super) fn next_query(&self, query: &str) -> String {
        let pairs = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key != "cursor");
        let mut text = url::form_urlencoded::Serializer::new(String::new());
        text.extend_pairs(pairs).append_pair("cursor", &self.encode()).finish()
    }
}

impl Serialize for Cursor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;
    use crate::base::property::config;

    #[test]
    fn cursor_round_trips() {
        let position = Position { key: "zwönitz \"1\"".to_owned(), id: Uuid::now_v7() };
        let cursor = Cursor { query: u64::MAX, position };

        assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
    }

    #[test]
    fn invalid_cursor_is_rejected() {
        for text in ["", "e30", "%%%", "eyJxIjoxfQ"] {
            assert_eq!(Cursor::decode(text), None, "{text}");
        }
    }

    prop_compose! {
        fn cursors()(query: u64, key in "[\\x00-\\x1f\"a]{0,4}|(?s).{0,40}", id: u128) -> Cursor {
            Cursor { query, position: Position { key, id: Uuid::from_u128(id) } }
        }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn any_cursor_without_nul_round_trips(cursor in cursors()) {
            let has_nul = cursor.position.key.contains('\0');

            prop_assert_eq!(Cursor::decode(&cursor.encode()), (!has_nul).then_some(cursor));
        }

        #[test]
        fn any_other_text_is_rejected(text: String, bytes: Vec<u8>) {
            for text in [text, BASE64.encode(bytes)] {
                prop_assert_eq!(Cursor::decode(&text), None);
            }
        }

        #[test]
        fn changed_cursor_round_trips_or_is_rejected(cursor in cursors(), place: Index, byte: u8) {
            let mut json = BASE64.decode(cursor.encode()).unwrap();
            let place = place.index(json.len());
            json[place] = byte;

            if let Some(other) = Cursor::decode(&BASE64.encode(json)) {
                prop_assert_eq!(Cursor::decode(&other.encode()), Some(other));
            }
        }
    }
}

//! Conversion of vocabulary terms to and from the strings that the database stores.

use entity::vocabulary::Vocabulary;

use crate::base::error::{Error, Result};

/// Returns the string that the database stores for each term.
pub(crate) fn term_values<V: Vocabulary>(terms: &[V]) -> Vec<String> {
    terms.iter().map(|term| term.value().to_owned()).collect()
}

/// Returns the terms with these values. Fails with `Error::Internal` if a value is not a term of the vocabulary.
pub(crate) fn parse_terms<V: Vocabulary>(values: &[String]) -> Result<Vec<V>> {
    let term = |value: &String| V::ALL.iter().find(|term| term.value() == value).copied();
    let unknown = |value: &String| Error::internal(anyhow::anyhow!("`{value}` is not a term of {}", V::NAME));
    values.iter().map(|value| term(value).ok_or_else(|| unknown(value))).collect()
}

//! The words of a query that are searched.

use crate::parse::{Clause, is_stop_word};

/// A word of the query with its properties for the expansion.
pub(crate) struct Typed<'a> {
    pub(crate) folded: &'a str,
    /// Single letter before the word.
    pub(crate) letter: Option<&'a str>,
    pub(crate) is_phrase: bool,
}

/// Returns the words of a clause without its stop words, if there are others.
pub(crate) fn typed_words(clause: &Clause) -> impl Iterator<Item = Typed<'_>> {
    let is_phrase = clause.is_phrase;
    let only_stop = clause.words.iter().all(|word| is_stop_word(&word.folded));
    let content = clause.words.iter().filter(move |word| only_stop || !is_stop_word(&word.folded));
    content.map(move |word| Typed { folded: &word.folded, letter: word.letter.as_deref(), is_phrase })
}

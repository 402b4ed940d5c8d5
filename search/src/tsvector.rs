//! Words with their occurrences, in the text form of a `tsvector`: `'parken':1A,7 'ulm':2B`.

use crate::postings::Class;

/// A word with its occurrences.
#[derive(Clone, Copy)]
pub(crate) struct VectorWord<'a> {
    pub(crate) word: &'a str,
    occurrences: &'a str,
}

impl VectorWord<'_> {
    /// Returns the positions and classes of the occurrences.
    pub(crate) fn occurrences(&self) -> impl Iterator<Item = (u16, Class)> {
        self.occurrences.split(',').filter_map(|occurrence| {
            let (position, class) = match occurrence.as_bytes().last()? {
                b'A' => (occurrence.strip_suffix('A')?, Class::Title),
                b'B' => (occurrence.strip_suffix('B')?, Class::Names),
                b'C' => (occurrence.strip_suffix('C')?, Class::Summary),
                _ => (occurrence, Class::Text),
            };
            Some((position.parse().ok()?, class))
        })
    }
}

/// Returns the words of a vector. Folded words contain no quotation marks, spaces or colons.
pub(crate) fn vector_words(vector: &str) -> impl Iterator<Item = VectorWord<'_>> {
    vector.split_ascii_whitespace().map(|text| {
        let (word, occurrences) = text.split_once(':').unwrap_or((text, ""));
        VectorWord { word: word.trim_matches('\''), occurrences }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_occurrences_are_parsed() {
        let words: Vec<_> = vector_words("'5g' 'parken':1A,7,12B,3C").collect();

        assert_eq!((words[0].word, words[0].occurrences().count()), ("5g", 0));
        assert_eq!(
            words[1].occurrences().collect::<Vec<_>>(),
            [(1, Class::Title), (7, Class::Text), (12, Class::Names), (3, Class::Summary)]
        );
    }
}

//! Postings: the documents of a word, and where in the document the word occurs.

use crate::documents::{DocId, Document, DocumentWord};
use crate::parameters::Parameters;

/// Kind of the text in which a word occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Titles.
    Title,
    /// Names of places and participants.
    Names,
    /// Summaries.
    Summary,
    /// Other texts.
    Text,
}

impl Class {
    fn bit(self) -> u8 {
        match self {
            Self::Title => 1,
            Self::Names => 2,
            Self::Summary => 4,
            Self::Text => 8,
        }
    }
}

/// Bits of the classes in a posting.
pub(crate) const CLASSES: u8 = 0b1111;
/// Bit of a posting whose occurrences all follow a negation, such as `ohne Kamera`.
const NEGATED: u8 = 0b1000_0000;

/// Documents that contain a word.
#[derive(Default, Clone)]
pub(crate) struct Postings {
    pub(crate) documents: Vec<DocId>,
    /// Classes in bits 0 to 3, further occurrences in bits 4 to 6, negation in bit 7.
    pub(crate) weights: Vec<u8>,
}

impl Postings {
    /// Returns the documents and their packed weights.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DocId, u8)> {
        self.documents.iter().copied().zip(self.weights.iter().copied())
    }

    /// Number of documents.
    pub(crate) fn len(&self) -> usize {
        self.documents.len()
    }
}

/// Words that negate the following word.
const NEGATIONS: &[&str] = &["ohne", "kein", "keine", "keinen", "keiner", "keinem", "without", "no", "not"];

/// Returns the sorted positions of negations in titles, names and summaries.
pub(crate) fn negation_positions(document: &Document) -> Vec<u16> {
    let negations = document.words.iter().filter(|word| NEGATIONS.contains(&&*word.word));
    let mut positions: Vec<u16> =
        negations.flat_map(|word| word.occurrences.iter().map(|(position, _)| *position)).collect();
    positions.sort_unstable();
    positions
}

/// Packs the occurrences of a word into the weight of a posting.
pub(crate) fn pack(word: &DocumentWord, negations: &[u16]) -> u8 {
    let classes = word.occurrences.iter().fold(0, |classes, (_, class)| classes | class.bit());
    let further = u8::try_from(word.occurrences.len().saturating_sub(1).min(6)).unwrap_or(0);
    let is_negated =
        |position: &u16| (1..=2).any(|step| negations.binary_search(&position.saturating_sub(step)).is_ok());
    let mut essential = word.occurrences.iter().filter(|(_, class)| *class != Class::Text).peekable();
    let negated =
        !negations.is_empty() && essential.peek().is_some() && essential.all(|(position, _)| is_negated(position));
    classes | further << 4 | if negated { NEGATED } else { 0 }
}

/// Whether a posting excludes its document if the word is excluded: it occurs outside long texts and
/// is not negated there.
pub(crate) fn excludes(weight: u8) -> bool {
    weight & (Class::Text.bit() ^ CLASSES) != 0 && weight & NEGATED == 0
}

/// Whether a posting is in a title or in a name.
pub(crate) fn is_name(weight: u8) -> bool {
    weight & (Class::Title.bit() | Class::Names.bit()) != 0
}

/// Returns the factors of all packed weights.
pub(crate) fn weight_table(parameters: &Parameters) -> Vec<f32> {
    (0..=u8::MAX).map(|weight| factor(parameters, weight)).collect()
}

fn factor(parameters: &Parameters, weight: u8) -> f32 {
    let bits = [Class::Title.bit(), Class::Names.bit(), Class::Summary.bit(), Class::Text.bit()];
    let present = bits.into_iter().zip(parameters.classes).filter(|(bit, _)| weight & bit != 0);
    let (count, best) = present.fold((0_u8, 0.0_f32), |(count, best), (_, class)| (count + 1, best.max(class)));
    let further = parameters.further_class * f32::from(count.saturating_sub(1));
    best * (1.0 + further + parameters.repetition * f32::from(weight >> 4 & 0b111))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(occurrences: &[(u16, Class)]) -> DocumentWord {
        DocumentWord { word: "kamera".to_owned(), occurrences: occurrences.to_vec() }
    }

    #[test]
    fn words_after_a_negation_do_not_exclude() {
        assert!(!excludes(pack(&word(&[(5, Class::Summary)]), &[4])));
        assert!(excludes(pack(&word(&[(5, Class::Summary), (9, Class::Summary)]), &[4])));
        assert!(!excludes(pack(&word(&[(5, Class::Text)]), &[])));
    }

    #[test]
    fn titles_weigh_more_than_long_texts() {
        let table = weight_table(&Parameters::default());
        let title = pack(&word(&[(1, Class::Title)]), &[]);
        let text = pack(&word(&[(1, Class::Text), (2, Class::Text)]), &[]);

        assert!(table[usize::from(title)] > table[usize::from(text)]);
    }
}

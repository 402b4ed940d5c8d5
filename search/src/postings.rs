//! Postings: the documents of a word, and where in the document the word occurs.

use crate::documents::DocId;
use crate::parameters::Parameters;
use crate::tsvector::{VectorWord, vector_words};

/// Kind of the text in which a word occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
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
    pub(crate) fn bit(self) -> u8 {
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

/// Returns the sorted positions of negations.
pub(crate) fn negation_positions(vector: &str) -> Vec<u16> {
    let negations = vector_words(vector).filter(|word| NEGATIONS.contains(&word.word));
    let mut positions: Vec<u16> =
        negations.flat_map(|word| word.occurrences().map(|(position, _)| position).collect::<Vec<_>>()).collect();
    positions.sort_unstable();
    positions
}

/// The occurrences of a word in a document.
pub(crate) struct Packed {
    /// Number of occurrences, at least 1.
    pub(crate) count: usize,
    /// Weight of the posting.
    pub(crate) weight: u8,
}

/// Packs the occurrences of a word into the weight of a posting.
pub(crate) fn pack(word: VectorWord, negations: &[u16]) -> Packed {
    let is_negated =
        |position: u16| (1..=2).any(|step| negations.binary_search(&position.saturating_sub(step)).is_ok());
    let (mut count, mut classes, mut is_only_negated) = (0_usize, 0, !negations.is_empty());
    for (position, class) in word.occurrences() {
        count += 1;
        classes |= class.bit();
        is_only_negated &= class == Class::Text || is_negated(position);
    }
    let is_only_text = classes & (CLASSES ^ Class::Text.bit()) == 0;
    let further = u8::try_from(count.saturating_sub(1).min(6)).unwrap_or(0);
    let negated = if is_only_negated && !is_only_text { NEGATED } else { 0 };
    Packed { count: count.max(1), weight: classes | further << 4 | negated }
}

/// Whether a posting excludes its document if the word is excluded: it occurs outside long texts and
/// is not negated there.
pub(crate) fn excludes(weight: u8) -> bool {
    weight & (Class::Text.bit() ^ CLASSES) != 0 && weight & NEGATED == 0
}

/// Whether a posting is in a title.
pub(crate) fn is_title(weight: u8) -> bool {
    weight & Class::Title.bit() != 0
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

    fn packed(vector: &str, negations: &[u16]) -> u8 {
        pack(vector_words(vector).next().unwrap(), negations).weight
    }

    #[test]
    fn words_after_a_negation_do_not_exclude() {
        assert_eq!(negation_positions("'kamera':5C 'ohne':9,4C"), [4, 9]);
        assert!(!excludes(packed("'kamera':5C", &[4])));
        assert!(excludes(packed("'kamera':5C,9C", &[4])));
        assert!(!excludes(packed("'kamera':5", &[])));
    }

    #[test]
    fn titles_weigh_more_than_long_texts() {
        let table = weight_table(&Parameters::default());

        assert!(table[usize::from(packed("'kamera':1A", &[]))] > table[usize::from(packed("'kamera':1,2", &[]))]);
    }
}

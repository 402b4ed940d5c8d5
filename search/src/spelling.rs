//! Corrections of unknown words, and suggestions for those that are not corrected.

use strsim::osa_distance;

use crate::expand::{Correction, Expander, Term, Words};
use crate::ngrams::ratio;
use crate::typed::Typed;
use crate::words::{Dictionary, WordId, count32};

/// Largest number of different letters.
const MAX_DISTANCE: usize = 3;
/// Fewest letters of a corrected word.
const MIN_LENGTH: usize = 4;
/// Largest number of corrections of a word.
const MAX_CORRECTIONS: usize = 3;

/// Returns the words with the smallest distance to an unknown word, and the distance. Among equal
/// distances, words with the same first letter and frequent words come first.
pub(crate) fn corrections(
    dictionary: &Dictionary,
    word: &str,
    frequency: impl Fn(WordId) -> usize,
) -> Vec<(WordId, usize)> {
    let limit = (word.len() / 4).min(MAX_DISTANCE);
    if word.len() < MIN_LENGTH || limit == 0 || word.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut best = limit;
    let mut found: Vec<(usize, bool, usize, WordId)> = Vec::new();
    for id in dictionary.with_letters(word, u32::try_from(2 * limit).unwrap_or(0)) {
        let candidate = dictionary.word(id);
        if candidate.len().abs_diff(word.len()) > best {
            continue;
        }
        let distance = osa_distance(word, candidate);
        let frequency = if distance > best { 0 } else { frequency(id) };
        if frequency > 0 {
            best = distance;
            let differs = candidate.bytes().next() != word.bytes().next();
            found.push((distance, differs, usize::MAX - frequency, id));
        }
    }
    found.sort_unstable();
    let least = found.first().map(|first| first.0);
    let nearest = found.into_iter().filter(|hit| Some(hit.0) == least).take(MAX_CORRECTIONS);
    nearest.map(|(distance, _, _, id)| (id, distance)).collect()
}

impl Expander<'_> {
    /// Returns the words of the corrections of an unknown word. The word is not corrected if the
    /// thesaurus knows it, and a compound only by one letter.
    pub(crate) fn corrected(&self, word: &Typed, is_simple: bool, term: &mut Term, log: &mut Vec<Correction>) -> Words {
        let folded = word.folded;
        if self.lexicon.related([folded]).next().is_some() {
            return Vec::new();
        }
        let found = corrections(self.dictionary, folded, |id| self.frequency(id));
        let mut words = Vec::new();
        for (id, distance) in found.into_iter().filter(|(_, distance)| is_simple || *distance <= 1) {
            let factor = self.parameters.correction * (1.0 - 0.1 * ratio(count32(distance) - 1, 1));
            let forms = self.forms(self.dictionary.word(id));
            words.extend(self.strong_words(&forms, true).into_iter().map(|(id, weight)| (id, weight * factor)));
            if term.word.is_none() {
                term.word = Some(id);
                term.is_corrected = true;
                log.push(Correction { typed: folded.to_owned(), corrected: self.dictionary.word(id).to_owned() });
            }
        }
        words
    }

    /// Returns the nearest known word for one without a meaning. At most half of its letters differ.
    pub(crate) fn suggestion(&self, word: &Typed, term: &Term) -> Option<Correction> {
        let is_known = term.meanings.iter().any(|meaning| meaning.parts.iter().any(|words| !words.is_empty()));
        let near = |id: WordId| (osa_distance(word.folded, self.dictionary.word(id)), id);
        let (distance, id) = term.similar.iter().filter(|_| !is_known).map(|(id, _)| near(*id)).min()?;
        let corrected = self.dictionary.word(id).to_owned();
        (distance <= word.folded.len() / 2).then(|| Correction { typed: word.folded.to_owned(), corrected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_known_words_come_first() {
        let mut dictionary = Dictionary::default();
        let [makerspace, _] = ["makerspace", "makerspiele"].map(|word| dictionary.intern(word));

        assert_eq!(corrections(&dictionary, "makerspcae", |_| 1), [(makerspace, 1)]);
        assert!(corrections(&dictionary, "makerspcae", |_| 0).is_empty());
    }

    #[test]
    fn short_words_and_numbers_are_not_corrected() {
        let mut dictionary = Dictionary::default();
        dictionary.intern("bus");
        dictionary.intern("2023");

        assert!(corrections(&dictionary, "bsu", |_| 1).is_empty());
        assert!(corrections(&dictionary, "2032", |_| 1).is_empty());
    }
}

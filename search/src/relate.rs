//! Expansion of typed words by other spellings of compounds, the thesaurus and regions.

use crate::expand::{Expander, Meaning, Place, Term, single};
use crate::lexicon::{MAX_WORDS, Relation};
use crate::typed::Typed;

impl Expander<'_> {
    /// Adds words that are written together in the index: `Baum-Kataster` finds `Baumkataster`.
    pub(crate) fn join(&self, typed: &[Typed], terms: &mut [Term]) {
        for (word, term) in typed.iter().zip(terms.iter_mut()) {
            let joined = word.letter.map(|letter| format!("{letter}{}", word.folded));
            if let Some(joined) = joined.filter(|joined| self.dictionary.find(joined).is_some()) {
                term.meanings.push(single(self.strong_words(&self.forms(&joined), true), 1.0, true));
            }
        }
        for (index, pair) in typed.windows(2).enumerate() {
            let [first, second] = pair else { continue };
            if first.is_phrase || second.is_phrase {
                continue;
            }
            for link in ["", "s"] {
                let joined = format!("{}{link}{}", first.folded, second.folded);
                let is_known = self.dictionary.find(&joined).is_some();
                let words = if is_known { self.strong_words(&self.forms(&joined), true) } else { Vec::new() };
                for term in terms.iter_mut().skip(index).take(2) {
                    term.meanings.push(single(words.clone(), 1.0, true));
                    let related = self.lexicon.related([&*joined]);
                    term.meanings.extend(related.map(|(target, relation)| self.related(target, relation)));
                }
            }
        }
    }

    /// Adds terms of the thesaurus and places of regions.
    pub(crate) fn relate(&self, typed: &[Typed], terms: &mut [Term]) {
        for (word, term) in typed.iter().zip(terms.iter_mut()).filter(|(word, _)| !word.is_phrase) {
            for (target, relation) in self.lexicon.related_to_part(word.folded) {
                let mut meaning = self.related(target, relation);
                meaning.weight *= self.parameters.partial;
                meaning.is_strong = false;
                term.meanings.push(meaning);
            }
        }
        // A longer name of a region precedes a shorter one: Sachsen-Anhalt is not in Sachsen.
        let mut is_named = vec![false; typed.len()];
        for length in (1..=MAX_WORDS.min(typed.len())).rev() {
            for (start, words) in typed.windows(length).enumerate() {
                if words.iter().any(|word| word.is_phrase) {
                    continue;
                }
                let names = words.iter().zip(terms.iter().skip(start)).map(|(word, term)| {
                    let corrected = term.word.filter(|_| term.is_corrected);
                    corrected.map_or(word.folded, |id| self.dictionary.word(id))
                });
                let related: Vec<_> = self.lexicon.related(names).collect();
                let places = start..start + length;
                let is_hidden = is_named.get(places.clone()).is_some_and(|named| named.contains(&true));
                for (target, relation) in related.iter().filter(|(_, relation)| !(is_hidden && is_region(*relation))) {
                    for term in terms.iter_mut().skip(start).take(length) {
                        term.meanings.push(self.related(target, *relation));
                    }
                }
                if let Some(named) = is_named.get_mut(places)
                    && related.iter().any(|(_, relation)| is_region(*relation))
                {
                    named.fill(true);
                }
            }
        }
    }

    fn related(&self, target: &[String], relation: Relation) -> Meaning {
        let weight = match relation {
            Relation::Synonym => self.parameters.synonym,
            Relation::Narrower => self.parameters.narrower,
            Relation::Broader => self.parameters.broader,
            Relation::Member => self.parameters.region,
            Relation::State => self.parameters.state,
        };
        let place = if is_region(relation) { Place::Names } else { Place::Anywhere };
        let with_compounds = place == Place::Anywhere;
        let parts = target.iter().map(|word| self.strong_words(&self.forms(word), with_compounds)).collect();
        Meaning { parts, weight, is_strong: relation == Relation::State, place }
    }
}

fn is_region(relation: Relation) -> bool {
    matches!(relation, Relation::Member | Relation::State)
}

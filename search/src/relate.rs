//! Expansion of typed words by other spellings of compounds, the thesaurus and regions.

use crate::expand::{Expander, Meaning, Term, Typed, single};
use crate::lexicon::{MAX_WORDS, Relation};

impl Expander<'_> {
    /// Adds words that are written together in the index: `Baum-Kataster` finds `Baumkataster`.
    pub(crate) fn join(&self, typed: &[Typed], terms: &mut [Term]) {
        for (index, pair) in typed.windows(2).enumerate() {
            let [first, second] = pair else { continue };
            if first.is_phrase || second.is_phrase {
                continue;
            }
            for link in ["", "s"] {
                let joined = format!("{}{link}{}", first.forms.folded, second.forms.folded);
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
            for (target, relation) in self.lexicon.related_to_part(&word.forms.folded) {
                let mut meaning = self.related(target, relation);
                meaning.weight *= self.parameters.partial;
                term.meanings.push(meaning);
            }
        }
        for length in 1..=MAX_WORDS.min(typed.len()) {
            for (start, words) in typed.windows(length).enumerate() {
                if words.iter().any(|word| word.is_phrase) {
                    continue;
                }
                let names = words.iter().zip(terms.iter().skip(start)).map(|(word, term)| {
                    let corrected = term.word.filter(|_| term.is_corrected);
                    corrected.map_or(&*word.forms.folded, |id| self.dictionary.word(id))
                });
                let meanings: Vec<_> = self.lexicon.related(names).collect();
                for (target, relation) in meanings {
                    for term in terms.iter_mut().skip(start).take(length) {
                        term.meanings.push(self.related(target, relation));
                    }
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
        };
        let is_name = relation == Relation::Member;
        let parts = target.iter().map(|word| self.strong_words(&self.forms(word), !is_name)).collect();
        Meaning { parts, weight, is_strong: false, is_name }
    }
}

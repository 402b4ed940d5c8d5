//! Expansion of typed words into weighted words of the index.

use crate::compounds::{
    are_separate, components, containing, containing_stem, known_component, starting_with, ways_apart,
};
use crate::documents::Documents;
use crate::fold::root;
use crate::lexicon::Lexicon;
use crate::parameters::Parameters;
use crate::parse::{Clause, is_filler, is_stop_word};
use crate::typed::{Typed, typed_words};
use crate::words::{Dictionary, IdentityMap, WordId};

/// Largest number of typed words that are searched.
const MAX_TERMS: usize = 24;
/// Largest number of words with similar spelling per typed word.
const MAX_SIMILAR: usize = 40;

/// Words of which any matches, with weights.
pub(crate) type Words = Vec<(WordId, f32)>;

/// One way in which a document can match a typed word.
pub(crate) struct Meaning {
    /// Parts of which all have to match.
    pub(crate) parts: Vec<Words>,
    pub(crate) weight: f32,
    /// Whether the document contains the typed word itself, inflected, in a compound or corrected.
    pub(crate) is_strong: bool,
    /// Where the words have to occur.
    pub(crate) place: Place,
}

/// Where the words of a meaning have to occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Anywhere,
    /// In titles and names.
    Names,
    /// Next to each other in a title.
    Title,
}

/// A typed word with its meanings.
#[derive(Default)]
pub(crate) struct Term {
    pub(crate) meanings: Vec<Meaning>,
    /// Words with similar spelling.
    pub(crate) similar: Words,
    /// Word of the index that was typed or corrected to.
    pub(crate) word: Option<WordId>,
    pub(crate) is_filler: bool,
    pub(crate) is_corrected: bool,
    /// Whether the term belongs to a phrase.
    pub(crate) is_required: bool,
}

/// A corrected word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Typed word, folded.
    pub typed: String,
    /// Folded word that was searched instead.
    pub corrected: String,
}

/// A folded word with its stems.
#[derive(Default)]
pub(crate) struct Forms<'a> {
    pub(crate) folded: &'a str,
    german: &'a str,
    english: &'a str,
}

/// Expands typed words.
pub(crate) struct Expander<'a> {
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) documents: &'a Documents,
    pub(crate) lexicon: &'a Lexicon,
    pub(crate) parameters: &'a Parameters,
    pub(crate) resource: Option<u8>,
}

/// Terms of a group of clauses.
#[derive(Default)]
pub(crate) struct Expanded {
    pub(crate) terms: Vec<Term>,
    pub(crate) corrections: Vec<Correction>,
    pub(crate) suggestions: Vec<Correction>,
    /// Whether words were left out.
    pub(crate) is_truncated: bool,
}

impl Expander<'_> {
    /// Expands the clauses of a group.
    pub(crate) fn expand(&self, clauses: &[Clause]) -> Expanded {
        let mut typed: Vec<Typed> = clauses.iter().flat_map(typed_words).collect();
        let is_truncated = typed.len() > MAX_TERMS;
        if is_truncated {
            self.keep_rarest(&mut typed);
        }
        let mut expanded = Expanded { is_truncated, ..Expanded::default() };
        for word in &typed {
            let term = self.term(word, &mut expanded.corrections);
            expanded.suggestions.extend(self.suggestion(word, &term));
            expanded.terms.push(term);
        }
        self.join(&typed, &mut expanded.terms);
        self.relate(&typed, &mut expanded.terms);
        expanded
    }

    /// Keeps the [`MAX_TERMS`] rarest words, and known words rather than unknown ones.
    fn keep_rarest(&self, typed: &mut Vec<Typed>) {
        let rank = |word: &Typed| match self.dictionary.find(word.folded) {
            Some(id) => self.documents.frequency(id) + if is_filler(word.folded) { 10_000 } else { 0 },
            None => 20_000_usize.saturating_sub(word.folded.len()),
        };
        let mut places: Vec<usize> = (0..typed.len()).collect();
        places.sort_by_cached_key(|place| typed.get(*place).map(rank));
        places.truncate(MAX_TERMS);
        let mut place = 0..;
        typed.retain(|_| place.next().is_some_and(|place| places.contains(&place)));
    }

    fn term(&self, word: &Typed, corrected: &mut Vec<Correction>) -> Term {
        let folded = word.folded;
        let word_id = self.dictionary.find(folded);
        let mut term =
            Term { is_filler: is_filler(folded), is_required: word.is_phrase, word: word_id, ..Term::default() };
        let mut strong = self.strong_words(&self.forms(folded), !word.is_phrase);
        let usable = |part: &str| !is_stop_word(part) && !self.is_only_place(part);
        let mut parts = Vec::new();
        if !self.is_found(&strong) {
            parts = components(self.dictionary, folded, &usable);
            strong.extend(self.corrected(word, parts.is_empty(), &mut term, corrected));
            if strong.is_empty() && parts.is_empty() && !word.is_phrase {
                let part = known_component(self.dictionary, folded, &usable);
                term.meanings.extend(part.map(|part| self.component(part)));
            }
            if strong.is_empty() && !word.is_phrase {
                strong = self.scaled(starting_with(self.dictionary, folded), self.parameters.compound);
            }
        }
        term.meanings.push(single(strong, 1.0, true));
        if !word.is_phrase {
            self.add_components(&parts, &mut term);
            term.meanings.extend(ways_apart(self.dictionary, folded).iter().map(|way| self.apart(way)));
            term.similar = self.similar(folded);
        }
        term
    }

    fn component(&self, part: &str) -> Meaning {
        single(self.strong_words(&self.forms(part), true), self.parameters.component, false)
    }

    fn scaled(&self, words: Words, factor: f32) -> Words {
        let wanted = words.into_iter().filter(|(id, _)| self.frequency(*id) > 0);
        wanted.map(|(id, weight)| (id, weight * factor)).collect()
    }

    fn add_components(&self, parts: &[&str], term: &mut Term) {
        if parts.is_empty() {
            return;
        }
        let words: Vec<Words> = parts.iter().map(|part| self.strong_words(&self.forms(part), true)).collect();
        for words in &words {
            term.meanings.push(single(words.clone(), self.parameters.component, false));
        }
        let (weight, place) = (self.parameters.components, Place::Anywhere);
        term.meanings.push(Meaning { parts: words, weight, is_strong: true, place });
    }

    /// Returns the meaning of a word that is written as several words. They have to be adjacent, if they can also occur by
    /// themselves.
    fn apart(&self, way: &[&str]) -> Meaning {
        let parts = way.iter().map(|part| self.strong_words(&self.forms(part), false)).collect();
        let place = if are_separate(way) { Place::Anywhere } else { Place::Title };
        Meaning { parts, weight: self.parameters.components, is_strong: true, place }
    }

    /// Returns the forms of a folded word. The stems of an unknown word are its root and the word itself.
    pub(crate) fn forms<'w>(&'w self, folded: &'w str) -> Forms<'w> {
        match self.dictionary.find(folded) {
            Some(id) => {
                let (german, english) = (self.dictionary.german_stem(id), self.dictionary.english_stem(id));
                Forms { folded, german, english }
            }
            None => Forms { folded, german: root(folded), english: folded },
        }
    }

    /// Returns a word, its other forms and, if wanted, the compounds with it.
    pub(crate) fn strong_words(&self, forms: &Forms, with_compounds: bool) -> Words {
        let mut words: IdentityMap<WordId, f32> = IdentityMap::default();
        let mut raise = |id: WordId, weight: f32| {
            let entry = words.entry(id).or_insert(0.0);
            *entry = entry.max(weight);
        };
        if let Some(id) = self.dictionary.find(forms.folded) {
            raise(id, 1.0);
        }
        let stems = [(&self.dictionary.german_stems, forms.german), (&self.dictionary.english_stems, forms.english)];
        for id in stems.into_iter().flat_map(|(stems, stem)| stems.words(stem)) {
            raise(*id, self.parameters.stem);
        }
        if with_compounds {
            for id in self.dictionary.roots.words(root(forms.folded)) {
                if !self.documents.is_place(*id) {
                    raise(*id, self.parameters.root);
                }
            }
            if let Some(place) = forms.folded.strip_suffix("er").and_then(|place| self.dictionary.find(place))
                && self.documents.is_place(place)
            {
                raise(place, self.parameters.stem);
            }
            for (id, weight) in self.compounds(forms) {
                raise(id, weight);
            }
        }
        words.into_iter().collect()
    }

    /// Returns the compounds with a word or with its stem. Names of municipalities, such as
    /// `Wasserburg`, are no compounds of ordinary words.
    fn compounds(&self, forms: &Forms) -> Words {
        let mut found = containing(self.dictionary, forms.folded);
        let is_whole = !forms.german.ends_with(['a', 'e', 'i', 'o', 'u']);
        if is_whole && forms.german.len() >= 5 && forms.german != forms.folded {
            found.extend(
                containing_stem(self.dictionary, forms.german).into_iter().map(|(id, weight)| (id, weight * 0.9)),
            );
        }
        let is_name = |id: WordId| self.documents.is_place(id);
        let factor = |id: WordId| self.parameters.compound * if is_name(id) { 0.3 } else { 1.0 };
        found.into_iter().map(|(id, weight)| (id, weight * factor(id))).collect()
    }

    /// Returns the number of documents of the resource with a word, at most 1,000.
    pub(crate) fn frequency(&self, id: WordId) -> usize {
        let documents = self.documents.postings(id).filter(|(doc, _)| self.documents.is_of(*doc, self.resource));
        documents.take(1_000).count()
    }

    fn is_found(&self, words: &Words) -> bool {
        words.iter().any(|(id, _)| self.frequency(*id) > 0)
    }

    fn is_only_place(&self, word: &str) -> bool {
        self.dictionary.find(word).is_some_and(|id| self.documents.is_place(id))
    }

    fn similar(&self, folded: &str) -> Words {
        let length = |id: WordId| self.dictionary.word(id).len();
        let mut similar = self.dictionary.grams.similar(folded, self.parameters.similarity, 0.6, length);
        similar.retain(|(id, _)| self.frequency(*id) > 0);
        similar.truncate(MAX_SIMILAR);
        similar
    }
}

/// Returns the meaning that any of the words matches.
pub(crate) fn single(words: Words, weight: f32, is_strong: bool) -> Meaning {
    Meaning { parts: vec![words], weight, is_strong, place: Place::Anywhere }
}

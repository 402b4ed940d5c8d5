//! Scores of documents.

use std::collections::HashSet;

use crate::documents::{DocId, Documents, Stored, TITLE_END};
use crate::expand::{Meaning, Term, Words};
use crate::ngrams::ratio;
use crate::parameters::Parameters;
use crate::parse::is_stop_word;
use crate::postings::{excludes, is_name};
use crate::words::{Dictionary, IdentityMap, WordId, count32};

/// Number of words from which unknown words lose importance: pasted texts have many of them.
const LONG_QUERY: f32 = 6.0;

/// How well a document matches the words of the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// All words match, in themselves, inflected, in compounds or corrected.
    AllWords,
    /// Some words match in these ways.
    SomeWords,
    /// Only related words or words with similar spelling match.
    Similar,
}

/// Matches of a document in the first ranking.
#[derive(Clone, Copy, Default)]
pub(crate) struct Match {
    pub(crate) score: f32,
    /// Importance of the words that match at all, and of those that match strongly.
    covered: f32,
    strong: f32,
    /// Number of words that match strongly, and of required words among them.
    pub(crate) strong_count: u16,
    required_count: u16,
}

/// Best weight of each document for one word.
pub(crate) struct Scratch {
    values: Vec<f32>,
    touched: Vec<DocId>,
}

impl Scratch {
    pub(crate) fn new(documents: usize) -> Self {
        Self { values: vec![0.0; documents], touched: Vec::new() }
    }

    fn raise(&mut self, doc: DocId, value: f32) {
        let Some(slot) = self.values.get_mut(doc as usize) else { return };
        if *slot == 0.0 {
            self.touched.push(doc);
        }
        *slot = slot.max(value);
    }

    fn drain(&mut self) -> Vec<(DocId, f32)> {
        let mut drained = Vec::with_capacity(self.touched.len());
        for doc in self.touched.drain(..) {
            if let Some(slot) = self.values.get_mut(doc as usize) {
                drained.push((doc, std::mem::take(slot)));
            }
        }
        drained
    }
}

/// Scores documents of one resource, or of all.
pub(crate) struct Ranker<'a> {
    pub(crate) dictionary: &'a Dictionary,
    pub(crate) documents: &'a Documents,
    pub(crate) table: &'a [f32],
    pub(crate) parameters: &'a Parameters,
    pub(crate) resource: Option<u8>,
    /// Number of documents that count for the rarity of words.
    pub(crate) scope: usize,
}

impl Ranker<'_> {
    pub(crate) fn accepts(&self, stored: &Stored) -> bool {
        !stored.is_removed && self.resource.is_none_or(|resource| resource == stored.resource)
    }

    fn is_accepted(&self, doc: DocId) -> bool {
        self.documents.get(doc).is_some_and(|stored| self.accepts(stored))
    }

    fn add_words(&self, words: &Words, factor: f32, names_only: bool, scratch: &mut Scratch) {
        for (word, weight) in words {
            for (doc, packed) in self.documents.postings(*word) {
                if self.is_accepted(doc) && (!names_only || is_name(packed)) {
                    let class = self.table.get(usize::from(packed)).copied().unwrap_or(0.0);
                    scratch.raise(doc, factor * weight * class);
                }
            }
        }
    }

    /// Adds the documents in which all parts of a meaning match: the mean of the parts.
    fn add_meaning(&self, meaning: &Meaning, into: &mut Scratch, spare: &mut Scratch) {
        if let [words] = &*meaning.parts {
            return self.add_words(words, meaning.weight, meaning.is_name, into);
        }
        let portion = meaning.weight / ratio(count32(meaning.parts.len()), 1);
        let mut all: Option<IdentityMap<DocId, f32>> = None;
        for words in &meaning.parts {
            self.add_words(words, portion, meaning.is_name, spare);
            let found = spare.drain();
            let kept = match &all {
                None => found.into_iter().collect(),
                Some(all) => found.into_iter().filter_map(|(doc, value)| Some((doc, all.get(&doc)? + value))).collect(),
            };
            all = Some(kept);
        }
        for (doc, value) in all.into_iter().flatten() {
            into.raise(doc, value);
        }
    }

    /// Returns the importance of a word that matches in `count` documents, 0 to 1.
    fn rarity(&self, count: usize) -> f32 {
        let scope = ratio(count32(self.scope.max(1)), 1);
        let count = ratio(count32(count), 1);
        (1.0 + scope / (count + 0.5)).ln() / (1.0 + scope / 1.5).ln()
    }

    fn importance(&self, term: &Term, terms: usize, found: &[(DocId, f32)]) -> f32 {
        let counts = |doc: DocId| {
            let is_municipality = |stored: &Stored| stored.is_municipality;
            self.resource.is_some() || !self.documents.get(doc).is_some_and(is_municipality)
        };
        let count = found.iter().filter(|(doc, _)| counts(*doc)).count();
        let unknown_share = LONG_QUERY / ratio(count32(terms), 1).max(LONG_QUERY);
        let rarity =
            if found.is_empty() { self.parameters.unknown * unknown_share } else { self.rarity(count).min(1.0) };
        rarity * if term.is_filler { self.parameters.filler } else { 1.0 }
    }

    /// Returns the first ranking, by words and their meanings, and the importance of each term.
    pub(crate) fn by_words(&self, terms: &[Term]) -> (IdentityMap<DocId, Match>, Vec<f32>) {
        let size = self.documents.stored.len();
        let (mut strong, mut weak, mut spare) = (Scratch::new(size), Scratch::new(size), Scratch::new(size));
        let mut matches: IdentityMap<DocId, Match> = IdentityMap::default();
        let mut importances = Vec::with_capacity(terms.len());
        for term in terms {
            for meaning in &term.meanings {
                self.add_meaning(meaning, if meaning.is_strong { &mut strong } else { &mut weak }, &mut spare);
            }
            let strong_values = strong.drain();
            for (doc, value) in &strong_values {
                spare.raise(*doc, *value);
                weak.raise(*doc, *value);
            }
            let values = weak.drain();
            let importance =
                self.importance(term, terms.len(), if strong_values.is_empty() { &values } else { &strong_values });
            for (doc, value) in values {
                let is_strong = spare.values.get(doc as usize).is_some_and(|value| *value > 0.0);
                matches.entry(doc).or_default().add(importance, value, is_strong, term);
            }
            spare.drain();
            importances.push(importance);
        }
        let total = importances.iter().sum::<f32>().max(f32::EPSILON);
        let required = terms.iter().filter(|term| term.is_required).count();
        matches.retain(|_, found| usize::from(found.required_count) == required);
        for (doc, found) in &mut matches {
            found.covered /= total;
            found.strong /= total;
            found.score *= found.covered.powf(self.parameters.coverage) * self.length_factor(*doc) / total;
        }
        (matches, importances)
    }

    /// Returns the second ranking, by similar spelling.
    pub(crate) fn by_ngrams(&self, terms: &[Term], importances: &[f32]) -> Vec<(DocId, f32)> {
        let mut scratch = Scratch::new(self.documents.stored.len());
        let mut scores: IdentityMap<DocId, f32> = IdentityMap::default();
        for (term, importance) in terms.iter().zip(importances) {
            self.add_words(&term.similar, *importance, false, &mut scratch);
            for (doc, value) in scratch.drain() {
                *scores.entry(doc).or_insert(0.0) += value;
            }
        }
        let total = importances.iter().sum::<f32>().max(f32::EPSILON);
        scores.into_iter().map(|(doc, score)| (doc, score * self.length_factor(doc) / total)).collect()
    }

    fn length_factor(&self, doc: DocId) -> f32 {
        let length = self.documents.get(doc).map_or(0.0, |stored| f32::from(stored.length));
        let relative = (length / self.documents.mean_length()).min(8.0);
        1.0 / (1.0 - self.parameters.length + self.parameters.length * relative.sqrt())
    }

    /// Returns the tier of a match; `None` stands for a document of the second ranking only.
    pub(crate) fn tier(&self, found: Option<&Match>, terms: usize) -> Tier {
        match found {
            Some(found) if usize::from(found.strong_count) == terms => Tier::AllWords,
            Some(found) if found.strong >= self.parameters.some_words => Tier::SomeWords,
            _ => Tier::Similar,
        }
    }

    /// Returns the factor of a document's title and importance.
    pub(crate) fn entry_factor(&self, stored: &Stored, terms: &[Term]) -> f32 {
        let title = self.title_share(stored, terms);
        let prior = 1.0 + self.parameters.prior * stored.prior;
        let is_minor = stored.is_municipality && self.resource.is_none() && title < 1.0;
        let municipality = if is_minor { self.parameters.municipality } else { 1.0 };
        (1.0 + self.parameters.title * title) * prior * municipality
    }

    /// Returns 1 if a title consists of the typed words, a half if it starts with them, else 0.
    fn title_share(&self, stored: &Stored, terms: &[Term]) -> f32 {
        let is_content = |word: &WordId| !is_stop_word(self.dictionary.word(*word));
        let share = |title: &[WordId]| {
            let mut title = title.iter().filter(|word| is_content(word));
            let starts = terms.iter().all(|term| term.word.is_some() && term.word == title.next().copied());
            match (starts, title.next()) {
                (true, None) => 1.0,
                (true, Some(_)) => 0.5,
                (false, _) => 0.0,
            }
        };
        stored.titles.split(|word| *word == TITLE_END).filter(|title| !title.is_empty()).map(share).fold(0.0, f32::max)
    }

    /// Returns the documents that contain all words of an excluded clause, each in one of its forms.
    pub(crate) fn containing_all(&self, words: &[Words]) -> HashSet<DocId> {
        let mut all: Option<HashSet<DocId>> = None;
        for forms in words {
            let postings = forms.iter().flat_map(|(word, _)| self.documents.postings(*word));
            let found: HashSet<DocId> = postings.filter(|(_, packed)| excludes(*packed)).map(|(doc, _)| doc).collect();
            all = Some(all.map_or(found.clone(), |all| all.intersection(&found).copied().collect()));
        }
        all.unwrap_or_default()
    }
}

impl Match {
    fn add(&mut self, importance: f32, value: f32, is_strong: bool, term: &Term) {
        self.score += importance * value;
        self.covered += importance * if is_strong { 1.0 } else { 0.6 };
        if is_strong {
            self.strong += importance * if term.is_corrected { 0.5 } else { 1.0 };
            self.strong_count += 1;
            self.required_count += u16::from(term.is_required);
        }
    }
}

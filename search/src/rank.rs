//! Scores of documents.

use std::collections::HashSet;

use crate::documents::{DocId, Documents, Stored, TITLE_END};
use crate::expand::{Meaning, Place, Term, Words};
use crate::ngrams::ratio;
use crate::parameters::Parameters;
use crate::postings::{excludes, is_name};
use crate::table::DocTable;
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
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) struct Match {
    pub(crate) score: f32,
    /// Importance of the words that match at all, and of those that match strongly.
    covered: f32,
    strong: f32,
    /// Number of words that match strongly, and of required words among them.
    pub(crate) strong_count: u16,
    required_count: u16,
}

/// First ranking: the matches of the documents, and the importance of each term.
pub(crate) struct ByWords {
    pub(crate) matches: DocTable<Match>,
    pub(crate) importances: Vec<f32>,
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
    /// Raises the weights of the documents with some words.
    fn add_words(&self, words: &Words, factor: f32, names_only: bool, weights: &mut DocTable<f32>) {
        for (word, weight) in words {
            for (doc, packed) in self.documents.postings(*word) {
                if self.documents.is_of(doc, self.resource) && (!names_only || is_name(packed)) {
                    let class = self.table.get(usize::from(packed)).copied().unwrap_or(0.0);
                    raise(weights, doc, factor * weight * class);
                }
            }
        }
    }

    /// Adds the documents in which all parts of a meaning match: the mean of the parts.
    fn add_meaning(&self, meaning: &Meaning, into: &mut DocTable<f32>, spare: &mut DocTable<f32>) {
        if let [words] = &*meaning.parts {
            return self.add_words(words, meaning.weight, meaning.place == Place::Names, into);
        }
        let portion = meaning.weight / ratio(count32(meaning.parts.len()), 1);
        let mut all: Option<IdentityMap<DocId, f32>> = None;
        for words in &meaning.parts {
            self.add_words(words, portion, meaning.place == Place::Names, spare);
            let found = spare.drain();
            let kept = match &all {
                None => found.into_iter().collect(),
                Some(all) => found.into_iter().filter_map(|(doc, value)| Some((doc, all.get(&doc)? + value))).collect(),
            };
            all = Some(kept);
        }
        for (doc, value) in all.into_iter().flatten() {
            if meaning.place != Place::Title || self.has_in_title(doc, &meaning.parts) {
                raise(into, doc, value);
            }
        }
    }

    /// Whether a title of a document has one of the words of each part, next to each other.
    fn has_in_title(&self, doc: DocId, parts: &[Words]) -> bool {
        let fits = |(word, part): (&WordId, &Words)| part.iter().any(|(other, _)| other == word);
        let titles = self.documents.get(doc).map_or(&[][..], |stored| &stored.titles);
        titles.windows(parts.len()).any(|words| words.iter().zip(parts).all(fits))
    }

    /// Returns the importance of a word that matches in `count` documents, 0 to 1.
    fn rarity(&self, count: usize) -> f32 {
        let scope = ratio(count32(self.scope.max(1)), 1);
        let count = ratio(count32(count), 1);
        (1.0 + scope / (count + 0.5)).ln() / (1.0 + scope / 1.5).ln()
    }

    /// Whether a document counts for the rarity of words.
    fn counts(&self, doc: DocId) -> bool {
        self.resource.is_some() || !self.documents.is_municipality(doc)
    }

    /// Returns the importance of a term that matches in `count` documents. `None` stands for no match at all.
    fn importance(&self, term: &Term, terms: usize, count: Option<usize>) -> f32 {
        let unknown_share = LONG_QUERY / ratio(count32(terms), 1).max(LONG_QUERY);
        let rarity = count.map_or(self.parameters.unknown * unknown_share, |count| self.rarity(count).min(1.0));
        rarity * if term.is_filler { self.parameters.filler } else { 1.0 }
    }

    /// Returns the first ranking, by words and their meanings.
    pub(crate) fn by_words(&self, terms: &[Term]) -> ByWords {
        let size = self.documents.stored.len();
        let [mut strong, mut weak, mut spare] = [(); 3].map(|()| DocTable::new(size));
        let mut found = ByWords { matches: DocTable::new(size), importances: Vec::with_capacity(terms.len()) };
        for term in terms {
            for meaning in &term.meanings {
                self.add_meaning(meaning, if meaning.is_strong { &mut strong } else { &mut weak }, &mut spare);
            }
            for (doc, value) in strong.iter() {
                raise(&mut weak, doc, value);
            }
            let (values, strong_values) = (weak.drain(), strong.iter());
            let strong_count = strong_values.filter(|(doc, _)| self.counts(*doc)).count();
            let count = match strong_count {
                0 => values.iter().filter(|(doc, _)| self.counts(*doc)).count(),
                count => count,
            };
            let importance = self.importance(term, terms.len(), if values.is_empty() { None } else { Some(count) });
            for (doc, value) in values {
                let is_strong = strong.get(doc) > 0.0;
                found.matches.update(doc, |other| other.with(importance, value, is_strong, term));
            }
            strong.drain();
            found.importances.push(importance);
        }
        let total = found.importances.iter().sum::<f32>().max(f32::EPSILON);
        let required = terms.iter().filter(|term| term.is_required).count();
        found.matches.retain(|doc, found| {
            let covered = found.covered / total;
            let factor = covered.powf(self.parameters.coverage) * self.length_factor(doc) / total;
            let scaled = Match { covered, strong: found.strong / total, score: found.score * factor, ..found };
            (usize::from(found.required_count) == required).then_some(scaled)
        });
        found
    }

    /// Returns the second ranking, by similar spelling.
    pub(crate) fn by_ngrams(&self, terms: &[Term], importances: &[f32]) -> Vec<(DocId, f32)> {
        let size = self.documents.stored.len();
        let [mut weights, mut scores] = [(); 2].map(|()| DocTable::new(size));
        for (term, importance) in terms.iter().zip(importances) {
            self.add_words(&term.similar, *importance, false, &mut weights);
            for (doc, value) in weights.drain() {
                scores.update(doc, |score| score + value);
            }
        }
        let total = importances.iter().sum::<f32>().max(f32::EPSILON);
        scores.iter().map(|(doc, score)| (doc, score * self.length_factor(doc) / total)).collect()
    }

    fn length_factor(&self, doc: DocId) -> f32 {
        let length = self.documents.get(doc).map_or(0.0, |stored| f32::from(stored.length));
        let relative = (length / self.documents.mean_length()).min(8.0);
        1.0 / (1.0 - self.parameters.length + self.parameters.length * relative.sqrt())
    }

    /// Returns the tier of a match.
    pub(crate) fn tier(&self, found: Match, terms: usize) -> Tier {
        match usize::from(found.strong_count) {
            count if count == terms => Tier::AllWords,
            count if 2 * count > terms || found.strong >= self.parameters.some_words => Tier::SomeWords,
            _ => Tier::Similar,
        }
    }

    /// Returns the factor of a document's title and importance.
    pub(crate) fn entry_factor(&self, stored: &Stored, terms: &[Term], tier: Tier) -> f32 {
        // A title with all words is a match of all words.
        let title = if tier == Tier::AllWords { self.title_share(stored, terms) } else { 0.0 };
        let prior = 1.0 + self.parameters.prior * stored.prior;
        let is_minor = stored.is_municipality && self.resource.is_none() && title < 1.0;
        let municipality = if is_minor { self.parameters.municipality } else { 1.0 };
        (1.0 + self.parameters.title * title) * prior * municipality
    }

    /// Returns 1 if a title consists of the typed words, a half if it starts with them, else 0.
    fn title_share(&self, stored: &Stored, terms: &[Term]) -> f32 {
        let is_content = |word: &WordId| !self.dictionary.is_stop_word(*word);
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
    /// Returns the match with that of a further term.
    fn with(mut self, importance: f32, value: f32, is_strong: bool, term: &Term) -> Self {
        self.score += importance * value;
        self.covered += importance * if is_strong { 1.0 } else { 0.6 };
        if is_strong {
            self.strong += importance * if term.is_corrected { 0.5 } else { 1.0 };
            self.strong_count += 1;
            self.required_count += u16::from(term.is_required);
        }
        self
    }
}

fn raise(weights: &mut DocTable<f32>, doc: DocId, weight: f32) {
    weights.update(doc, |other| other.max(weight));
}

//! In-memory full-text index with ranking.
//!
//! The service inserts the folded words of all entries and the stems of all words, and searches with
//! parsed queries whose words it has folded and stemmed in the same way.

mod blend;
mod compounds;
mod documents;
mod expand;
mod fold;
mod lexicon;
mod ngrams;
mod parameters;
mod parse;
mod postings;
mod rank;
mod relate;
mod similar;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod tsvector;
mod typed;
mod words;

use std::cmp::Reverse;
use std::collections::HashSet;

pub use documents::Document;
pub use expand::Correction;
pub use fold::{fold, is_ignored, words_of};
pub use parse::{Clause, Query, Word};
pub use rank::Tier;
pub use similar::SimilarEntry;

use crate::blend::{RankedList, blend};
use crate::documents::{DocId, Documents};
use crate::expand::{Expanded, Expander, Meaning};
use crate::lexicon::lexicon;
use crate::parameters::Parameters;
use crate::postings::{is_title, weight_table};
use crate::rank::{ByWords, Match, Ranker};
use crate::table::DocTable;
use crate::words::Dictionary;

/// Number of removed documents from which the postings are compacted.
const MIN_COMPACTION: usize = 1_000;

/// Smallest score of an entry with all words.
pub const ALL_WORDS: u32 = 1_000_000;

/// A matching entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Id of the entry.
    pub id: u128,
    /// Relevance in millionths, from [`ALL_WORDS`] for entries with all words. Comparable within one result only.
    pub score: u32,
    /// How well the entry matches the words.
    pub tier: Tier,
}

/// Result of a search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranked {
    /// All matching entries by descending score, then by ID.
    pub hits: Vec<Hit>,
    /// Words that were searched in another spelling.
    pub corrections: Vec<Correction>,
    /// Words that no entry contains and that were not corrected, with the nearest known words.
    pub suggestions: Vec<Correction>,
    /// Folded words that mean the same as the typed words.
    pub words: HashSet<String>,
    /// Whether the text of the query or the list of its words was cut.
    pub is_truncated: bool,
}

/// Index of all entries.
pub struct Index {
    dictionary: Dictionary,
    documents: Documents,
    parameters: Parameters,
    table: Vec<f32>,
}

impl Default for Index {
    fn default() -> Self {
        let parameters = Parameters::default();
        let table = weight_table(&parameters);
        Self { dictionary: Dictionary::default(), documents: Documents::default(), parameters, table }
    }
}

impl Index {
    /// Inserts a document, or replaces the document with the same id.
    pub fn insert(&mut self, document: &Document) {
        self.remove(document.id);
        self.documents.add(&mut self.dictionary, document);
    }

    /// Removes a document. Returns whether it existed.
    pub fn remove(&mut self, id: u128) -> bool {
        let is_removed = self.documents.remove(id);
        let removed = self.documents.removed;
        if removed >= MIN_COMPACTION && removed * 4 >= self.documents.stored.len() {
            self.documents.compact();
        }
        is_removed
    }

    /// Stores the German and the English stem of a folded word.
    pub fn learn(&mut self, word: &str, german: &str, english: &str) {
        self.dictionary.learn(word, german, english);
    }

    /// Whether the stems of a folded word are stored.
    pub fn is_learnt(&self, word: &str) -> bool {
        self.dictionary.is_learnt(word)
    }

    /// Returns the entries of a resource, or of all resources, that match a query.
    ///
    /// The words of a phrase have to occur in an entry. Whether they are adjacent is known to the caller only, who sets the
    /// entries of a phrase beforehand.
    pub fn search(&self, query: &Query, resource: Option<u8>) -> Ranked {
        let ranker = self.ranker(resource);
        let expander = self.expander(resource);
        let excluded = excluded(query, &expander, &ranker);
        let mut result = Ranked { is_truncated: query.is_truncated, ..Ranked::default() };
        let mut best: DocTable<Option<(Tier, f32)>> = DocTable::new(self.documents.stored.len());
        if query.groups.is_empty() && !query.excluded.is_empty() {
            let all = (0..).zip(&self.documents.stored).filter(|(doc, _)| self.documents.is_of(*doc, resource));
            for (doc, stored) in all {
                best.update(doc, |_| Some((Tier::AllWords, stored.prior)));
            }
        }
        for group in &query.groups {
            let group_terms = expander.expand(group);
            let phrases: Vec<_> = group.iter().filter_map(|clause| clause.entries.as_ref()).collect();
            let has_phrases = |doc| {
                let id = self.documents.get(doc).map(|stored| stored.id);
                phrases.iter().all(|entries| id.is_some_and(|id| entries.contains(&id)))
            };
            for (doc, tier, score) in self.rank(&ranker, &group_terms) {
                if has_phrases(doc) {
                    let is_better = |(other, least): (Tier, f32)| (tier, -score) < (other, -least);
                    best.update(doc, |other| if other.is_none_or(is_better) { Some((tier, score)) } else { other });
                }
            }
            result.words.extend(self.meant(&group_terms));
            result.corrections.extend(group_terms.corrections);
            result.suggestions.extend(group_terms.suggestions);
            result.is_truncated |= group_terms.is_truncated;
        }
        best.retain(|doc, found| (!excluded.contains(&doc)).then_some(found));
        result.hits = self.sorted(&best);
        result
    }

    /// Returns the words of the index that each word of a phrase can mean: the word itself and its other forms.
    pub fn phrase_words(&self, phrase: &Clause) -> Vec<Vec<&str>> {
        let expander = self.expander(None);
        let meant = |word: &Word| {
            let words = expander.strong_words(&expander.forms(&word.folded), false);
            words.into_iter().map(|(id, _)| self.dictionary.word(id)).collect()
        };
        phrase.words.iter().map(meant).collect()
    }

    /// Returns up to `limit` entries with a folded word, those with the word in a title first.
    pub fn entries_with(&self, word: &str, limit: usize) -> Vec<u128> {
        let Some(word) = self.dictionary.find(word) else { return Vec::new() };
        let with_word = |in_title: bool| {
            let postings = self.documents.postings(word).filter(move |(_, packed)| is_title(*packed) == in_title);
            postings.filter_map(|(doc, _)| self.documents.get(doc).filter(|stored| !stored.is_removed))
        };
        with_word(true).chain(with_word(false)).take(limit).map(|stored| stored.id).collect()
    }

    /// Returns the words that mean the same as typed words.
    fn meant(&self, expanded: &Expanded) -> impl Iterator<Item = String> {
        let is_same = |meaning: &&Meaning| meaning.is_strong || meaning.weight >= self.parameters.synonym;
        let meanings = expanded.terms.iter().flat_map(|term| &term.meanings).filter(is_same);
        meanings.flat_map(|meaning| meaning.parts.iter().flatten()).map(|(id, _)| self.dictionary.word(*id).to_owned())
    }

    /// Returns all entries that share words with an entry, most similar first, without municipalities.
    pub fn similar(&self, id: u128) -> Vec<SimilarEntry> {
        similar::similar(&self.dictionary, &self.documents, &self.table, id)
    }

    fn ranker(&self, resource: Option<u8>) -> Ranker<'_> {
        Ranker {
            dictionary: &self.dictionary,
            documents: &self.documents,
            table: &self.table,
            parameters: &self.parameters,
            resource,
            scope: self.documents.count(resource),
        }
    }

    fn expander(&self, resource: Option<u8>) -> Expander<'_> {
        Expander {
            dictionary: &self.dictionary,
            documents: &self.documents,
            lexicon: lexicon(),
            parameters: &self.parameters,
            resource,
        }
    }

    /// Ranks the documents for one alternative of a query.
    fn rank(&self, ranker: &Ranker, expanded: &Expanded) -> Vec<(DocId, Tier, f32)> {
        let terms = &expanded.terms;
        let ByWords { matches, importances } = ranker.by_words(terms);
        let mut by_ngrams = ranker.by_ngrams(terms, &importances);
        if terms.iter().any(|term| term.is_required) {
            by_ngrams.retain(|(doc, _)| matches.get(*doc) != Match::default());
        }
        let by_words = matches.iter().map(|(doc, found)| (doc, found.score)).collect();
        let lists = vec![
            RankedList { weight: 1.0, hits: by_words },
            RankedList { weight: self.parameters.ngrams, hits: by_ngrams },
        ];
        let blended = blend(self.documents.stored.len(), lists);
        let kept = blended.iter().filter(|(_, score)| *score >= self.parameters.floor);
        let hits = kept.filter_map(|(doc, score)| {
            let stored = self.documents.get(doc)?;
            let tier = ranker.tier(matches.get(doc), terms.len());
            Some((doc, tier, score * ranker.entry_factor(stored, terms, tier)))
        });
        hits.collect()
    }

    fn sorted(&self, best: &DocTable<Option<(Tier, f32)>>) -> Vec<Hit> {
        let hits = best.iter().filter_map(|(doc, found)| {
            let (id, (tier, score)) = (self.documents.get(doc)?.id, found?);
            let group = if tier == Tier::AllWords { ALL_WORDS } else { 0 };
            Some(Hit { id, score: group + millionths(score), tier })
        });
        let mut hits: Vec<Hit> = hits.collect();
        hits.sort_unstable_by_key(|hit| (Reverse(hit.score), hit.id));
        hits
    }
}

/// Maps a score, which is not negative, to a number below a million. Larger scores become larger numbers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is between 0 and 999,999")]
fn millionths(score: f32) -> u32 {
    (score / (1.0 + score) * 999_999.0) as u32
}

/// Returns the documents that a query excludes.
fn excluded(query: &Query, expander: &Expander, ranker: &Ranker) -> HashSet<DocId> {
    let found = query.excluded.iter().map(|clause| match &clause.entries {
        Some(entries) => entries.iter().filter_map(|id| ranker.documents.find(*id)).collect(),
        None if clause.is_phrase && clause.words.len() > 1 => HashSet::new(),
        None => {
            let forms = clause.words.iter().map(|word| expander.strong_words(&expander.forms(&word.folded), false));
            ranker.containing_all(&forms.collect::<Vec<_>>())
        }
    });
    found.flatten().collect()
}

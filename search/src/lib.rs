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
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashSet;

pub use documents::{Document, DocumentWord};
pub use expand::Correction;
pub use fold::fold;
pub use parse::{Clause, Forms, Query, Word};
pub use postings::Class;
pub use rank::Tier;
pub use similar::SimilarEntry;

use crate::blend::{RankedList, blend};
use crate::documents::{DocId, Documents};
use crate::expand::{Expanded, Expander};
use crate::lexicon::lexicon;
use crate::parameters::Parameters;
use crate::postings::weight_table;
use crate::rank::Ranker;
use crate::words::{Dictionary, IdentityMap};

/// Number of removed documents from which the postings are compacted.
const MIN_COMPACTION: usize = 1_000;

/// A matching entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Id of the entry.
    pub id: u128,
    /// Relevance. Comparable within one result only.
    pub score: f32,
    /// How well the entry matches the words.
    pub tier: Tier,
}

/// Result of a search.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ranked {
    /// All matching entries, most relevant first. Entries with all words precede all others.
    pub hits: Vec<Hit>,
    /// Words that were searched in another spelling.
    pub corrections: Vec<Correction>,
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

    /// Number of documents.
    pub fn len(&self) -> usize {
        self.documents.stored.len() - self.documents.removed
    }

    /// Whether the index has no documents.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Estimated memory in bytes.
    pub fn memory(&self) -> usize {
        self.dictionary.memory() + self.documents.memory()
    }

    /// Returns the entries of a resource, or of all resources, that match a query.
    ///
    /// Words of a phrase have to occur in an entry; the caller checks that they are adjacent, and
    /// excludes entries with an excluded phrase of several words.
    pub fn search(&self, query: &Query, resource: Option<u8>) -> Ranked {
        let ranker = self.ranker(resource);
        let expander = self.expander(resource);
        let excluded = excluded(query, &expander, &ranker);
        let mut result = Ranked { is_truncated: query.is_truncated, ..Ranked::default() };
        let mut best: IdentityMap<DocId, (Tier, f32)> = IdentityMap::default();
        if query.groups.is_empty() && !query.excluded.is_empty() {
            let all = (0..).zip(&self.documents.stored).filter(|(_, stored)| ranker.accepts(stored));
            best.extend(all.map(|(doc, stored)| (doc, (Tier::AllWords, stored.prior))));
        }
        for group in &query.groups {
            let group_terms = expander.expand(group);
            for (doc, tier, score) in self.rank(&ranker, &group_terms) {
                let entry = best.entry(doc).or_insert((tier, score));
                if (tier, -score) < (entry.0, -entry.1) {
                    *entry = (tier, score);
                }
            }
            result.corrections.extend(group_terms.corrections);
            result.is_truncated |= group_terms.is_truncated;
        }
        best.retain(|doc, _| !excluded.contains(doc));
        result.hits = self.sorted(best);
        result
    }

    /// Returns all entries that share words with an entry, most similar first, without municipalities.
    pub fn similar(&self, id: u128) -> Vec<SimilarEntry> {
        similar::similar(&self.dictionary, &self.documents, &self.table, id)
    }

    fn ranker(&self, resource: Option<u8>) -> Ranker<'_> {
        let counts = |stored: &&documents::Stored| match resource {
            Some(resource) => stored.resource == resource,
            None => !stored.is_municipality,
        };
        Ranker {
            dictionary: &self.dictionary,
            documents: &self.documents,
            table: &self.table,
            parameters: &self.parameters,
            resource,
            scope: self.documents.stored.iter().filter(counts).count(),
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
        let (matches, importances) = ranker.by_words(terms);
        let mut by_ngrams = ranker.by_ngrams(terms, &importances);
        if terms.iter().any(|term| term.is_required) {
            by_ngrams.retain(|(doc, _)| matches.contains_key(doc));
        }
        let by_words = matches.iter().map(|(doc, found)| (*doc, found.score)).collect();
        let blended = blend(vec![
            RankedList { weight: 1.0, hits: by_words },
            RankedList { weight: self.parameters.ngrams, hits: by_ngrams },
        ]);
        let kept = blended.into_iter().filter(|(_, score)| *score >= self.parameters.floor);
        let hits = kept.filter_map(|(doc, score)| {
            let stored = self.documents.get(doc)?;
            let tier = ranker.tier(matches.get(&doc), terms.len());
            Some((doc, tier, score * ranker.entry_factor(stored, terms)))
        });
        hits.collect()
    }

    fn sorted(&self, best: IdentityMap<DocId, (Tier, f32)>) -> Vec<Hit> {
        let hits = best.into_iter().filter_map(|(doc, (tier, score))| {
            let id = self.documents.get(doc)?.id;
            Some(Hit { id, score, tier })
        });
        let mut hits: Vec<Hit> = hits.collect();
        let group = |hit: &Hit| hit.tier != Tier::AllWords;
        hits.sort_unstable_by(|a, b| group(a).cmp(&group(b)).then(b.score.total_cmp(&a.score)).then(a.id.cmp(&b.id)));
        hits
    }
}

/// Returns the documents that a query excludes.
fn excluded(query: &Query, expander: &Expander, ranker: &Ranker) -> HashSet<DocId> {
    let checked = query.excluded.iter().filter(|clause| !clause.is_phrase || clause.words.len() == 1);
    let words = checked.map(|clause| {
        let forms = clause.words.iter().map(|word| expander.strong_words(&word.forms, false));
        ranker.containing_all(&forms.collect::<Vec<_>>())
    });
    words.flatten().collect()
}

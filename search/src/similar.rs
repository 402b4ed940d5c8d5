//! Similar entries.

use crate::documents::{DocId, Documents, Stored};
use crate::ngrams::ratio;
use crate::parse::{is_filler, is_stop_word};
use crate::words::{Dictionary, IdentityMap, WordId, count32};

/// An entry with similar content.
#[derive(Debug, Clone, PartialEq)]
pub struct SimilarEntry {
    /// Id of the entry.
    pub id: u128,
    /// Number of the resource.
    pub resource: u8,
    /// Similarity between 0 and 1.
    pub score: f32,
    /// Folded words that both entries share, most important first.
    pub shared_words: Vec<String>,
}

/// Largest number of words of an entry that are compared.
const MAX_WORDS: usize = 40;
/// Largest number of shared words in the result.
const MAX_SHARED: usize = 5;

struct Comparison<'a> {
    dictionary: &'a Dictionary,
    documents: &'a Documents,
    table: &'a [f32],
}

/// Returns all entries that share words with an entry, most similar first. Municipalities neither have similar entries nor are
/// they similar to others.
pub(crate) fn similar(dictionary: &Dictionary, documents: &Documents, table: &[f32], id: u128) -> Vec<SimilarEntry> {
    let Some(doc) = documents.find(id) else { return Vec::new() };
    if documents.get(doc).is_some_and(|stored| stored.is_municipality) {
        return Vec::new();
    }
    let comparison = Comparison { dictionary, documents, table };
    let words = comparison.characteristic_words(doc);
    let total: f32 = words.iter().map(|(_, weight)| weight * weight).sum::<f32>().max(f32::EPSILON);
    let mut found: IdentityMap<DocId, (f32, Vec<(f32, WordId)>)> = IdentityMap::default();
    for (word, weight) in &words {
        for (other, packed) in documents.postings(*word).filter(|(other, _)| *other != doc) {
            let value = weight * weight * table.get(usize::from(packed)).copied().unwrap_or(0.0) / total;
            let entry = found.entry(other).or_default();
            entry.0 += value;
            entry.1.push((value, *word));
        }
    }
    let is_listed = |stored: &&Stored| !stored.is_removed && !stored.is_municipality;
    let mut entries: Vec<SimilarEntry> = found
        .into_iter()
        .filter_map(|(doc, (score, words))| {
            let stored = documents.get(doc).filter(is_listed)?;
            let shared_words = comparison.names(words);
            Some(SimilarEntry { id: stored.id, resource: stored.resource, score: score.min(1.0), shared_words })
        })
        .collect();
    entries.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    entries
}

impl Comparison<'_> {
    /// Returns the most important words of a document with their importance.
    fn characteristic_words(&self, doc: DocId) -> Vec<(WordId, f32)> {
        let Some(stored) = self.documents.get(doc) else { return Vec::new() };
        let scope = ratio(count32(self.documents.stored.len()), 1);
        let mut words: Vec<(WordId, f32)> = stored
            .words
            .iter()
            .filter(|word| self.is_characteristic(**word))
            .filter_map(|word| {
                let packed = self.documents.postings(*word).find(|(other, _)| *other == doc)?.1;
                let class = self.table.get(usize::from(packed)).copied().unwrap_or(0.0);
                let rarity = (scope / ratio(count32(self.documents.frequency(*word)), 1)).ln();
                Some((*word, class * rarity))
            })
            .collect();
        words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        words.truncate(MAX_WORDS);
        words
    }

    /// Whether a word tells something about the subject: no stop word, filler, number or place.
    fn is_characteristic(&self, word: WordId) -> bool {
        let text = self.dictionary.word(word);
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
        text.len() > 2 && !is_number && !is_stop_word(text) && !is_filler(text) && !self.documents.is_place(word)
    }

    fn names(&self, mut words: Vec<(f32, WordId)>) -> Vec<String> {
        words.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        words.into_iter().take(MAX_SHARED).map(|(_, word)| self.dictionary.word(word).to_owned()).collect()
    }
}

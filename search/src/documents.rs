//! Indexed documents and their postings.

use std::collections::HashMap;

use crate::fold::{fold, words_of};
use crate::postings::{Class, Postings, negation_positions, pack};
use crate::tsvector::vector_words;
use crate::words::{Dictionary, WordId, count32};

/// A document to index.
#[derive(Debug, Clone)]
pub struct Document {
    /// Id of the entry.
    pub id: u128,
    /// Number of the resource.
    pub resource: u8,
    /// Whether the entry is a municipality.
    pub is_municipality: bool,
    /// Titles.
    pub titles: Vec<String>,
    /// Importance of the entry, 0 to 1.
    pub prior: f32,
    /// Folded words of all texts with their positions and weights, in the text form of a `tsvector`: `'parken':1A,7`.
    pub words: String,
    /// Codes of its federal states (ISO 3166-2), such as `DE-BY`.
    pub states: Vec<String>,
}

impl Document {
    /// Returns the folded words.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        vector_words(&self.words).map(|word| word.word)
    }
}

/// Returns the word that stands for a federal state. Its hyphen sets it apart from words of texts.
pub(crate) fn state_word(code: &str) -> String {
    code.to_ascii_lowercase()
}

/// Index of a document among all documents.
pub(crate) type DocId = u32;

/// What the ranking needs of a document.
pub(crate) struct Stored {
    pub(crate) id: u128,
    pub(crate) resource: u8,
    pub(crate) is_municipality: bool,
    pub(crate) is_removed: bool,
    pub(crate) prior: f32,
    pub(crate) length: u16,
    /// Words of the titles; [`TITLE_END`] follows each title.
    pub(crate) titles: Box<[WordId]>,
    /// All words.
    pub(crate) words: Box<[WordId]>,
}

/// End of a title in [`Stored::titles`].
pub(crate) const TITLE_END: WordId = WordId::MAX;

/// Kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Kind {
    resource: u8,
    is_municipality: bool,
}

/// All documents and postings.
#[derive(Default)]
pub(crate) struct Documents {
    pub(crate) stored: Vec<Stored>,
    by_id: HashMap<u128, DocId>,
    postings: Vec<Postings>,
    /// Number of the resource of each document, and whether it is a municipality. `None` for removed documents.
    kinds: Vec<Option<Kind>>,
    /// Number of documents of each kind.
    counts: HashMap<Kind, usize>,
    /// Words that occur in names of municipalities.
    places: Vec<bool>,
    pub(crate) removed: usize,
    total_length: u64,
}

impl Documents {
    /// Adds a document.
    pub(crate) fn add(&mut self, dictionary: &mut Dictionary, document: &Document) {
        let doc = count32(self.stored.len());
        let negations = negation_positions(&document.words);
        let mut words = Vec::new();
        let mut length = 0_usize;
        for word in vector_words(&document.words) {
            let id = dictionary.intern(word.word);
            let packed = pack(word, &negations);
            words.push(id);
            length += packed.count;
            self.add_posting(id, doc, packed.weight);
        }
        for state in &document.states {
            let id = dictionary.intern(&state_word(state));
            self.add_posting(id, doc, Class::Names.bit());
        }
        let mut titles = Vec::new();
        for title in &document.titles {
            for word in words_of(&fold(title)) {
                let id = dictionary.intern(word);
                self.mark_place(id, document.is_municipality);
                titles.push(id);
            }
            titles.push(TITLE_END);
        }
        self.by_id.insert(document.id, doc);
        let kind = Kind { resource: document.resource, is_municipality: document.is_municipality };
        self.kinds.push(Some(kind));
        *self.counts.entry(kind).or_default() += 1;
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        self.total_length += u64::from(length);
        self.stored.push(Stored {
            id: document.id,
            resource: document.resource,
            is_municipality: document.is_municipality,
            is_removed: false,
            prior: document.prior,
            length,
            titles: titles.into(),
            words: words.into(),
        });
    }

    fn add_posting(&mut self, word: WordId, doc: DocId, weight: u8) {
        if self.postings.len() <= word as usize {
            self.postings.resize(word as usize + 1, Postings::default());
        }
        if let Some(postings) = self.postings.get_mut(word as usize) {
            postings.documents.push(doc);
            postings.weights.push(weight);
        }
    }

    fn mark_place(&mut self, word: WordId, is_municipality: bool) {
        if self.places.len() <= word as usize {
            self.places.resize(word as usize + 1, false);
        }
        if let Some(place) = self.places.get_mut(word as usize) {
            *place |= is_municipality;
        }
    }

    /// Returns the document with an id.
    pub(crate) fn find(&self, id: u128) -> Option<DocId> {
        self.by_id.get(&id).copied()
    }

    /// Marks a document as removed. Returns whether it existed.
    pub(crate) fn remove(&mut self, id: u128) -> bool {
        let Some(doc) = self.by_id.remove(&id) else { return false };
        if let Some(stored) = self.stored.get_mut(doc as usize) {
            stored.is_removed = true;
            stored.words = Box::default();
            stored.titles = Box::default();
            self.total_length -= u64::from(stored.length);
        }
        if let Some(kind) = self.kinds.get_mut(doc as usize).and_then(Option::take) {
            self.counts.entry(kind).and_modify(|count| *count -= 1);
        }
        self.removed += 1;
        true
    }

    /// Drops removed documents from the postings and renumbers all others.
    pub(crate) fn compact(&mut self) {
        let mut next = 0;
        let mut numbers = Vec::with_capacity(self.stored.len());
        for stored in &self.stored {
            numbers.push((!stored.is_removed).then_some(next));
            next += u32::from(!stored.is_removed);
        }
        for postings in &mut self.postings {
            let kept = postings.iter().filter_map(|(doc, weight)| Some((number(&numbers, doc)?, weight)));
            let (documents, weights) = kept.collect();
            *postings = Postings { documents, weights };
        }
        self.stored.retain(|stored| !stored.is_removed);
        self.kinds.retain(Option::is_some);
        self.by_id = (0..).zip(&self.stored).map(|(doc, stored)| (stored.id, doc)).collect();
        self.removed = 0;
    }

    /// Returns a document.
    pub(crate) fn get(&self, doc: DocId) -> Option<&Stored> {
        self.stored.get(doc as usize)
    }

    /// Whether a document exists and is of a resource, or of any.
    pub(crate) fn is_of(&self, doc: DocId, resource: Option<u8>) -> bool {
        let kind = self.kinds.get(doc as usize).copied().flatten();
        kind.is_some_and(|kind| resource.is_none_or(|resource| kind.resource == resource))
    }

    /// Whether a document is that of a municipality.
    pub(crate) fn is_municipality(&self, doc: DocId) -> bool {
        self.kinds.get(doc as usize).copied().flatten().is_some_and(|kind| kind.is_municipality)
    }

    /// Returns the number of documents of a resource, or of all but municipalities.
    pub(crate) fn count(&self, resource: Option<u8>) -> usize {
        let counts = |kind: &Kind| resource.map_or(!kind.is_municipality, |resource| kind.resource == resource);
        self.counts.iter().filter(|(kind, _)| counts(kind)).map(|(_, count)| count).sum()
    }

    /// Returns the documents with a word.
    pub(crate) fn postings(&self, word: WordId) -> impl Iterator<Item = (DocId, u8)> {
        self.postings.get(word as usize).into_iter().flat_map(Postings::iter)
    }

    /// Returns the number of documents with a word, including removed ones.
    pub(crate) fn frequency(&self, word: WordId) -> usize {
        self.postings.get(word as usize).map_or(0, Postings::len)
    }

    /// Whether a word occurs in the name of a municipality.
    pub(crate) fn is_place(&self, word: WordId) -> bool {
        self.places.get(word as usize).copied().unwrap_or(false)
    }

    /// Mean number of words of a document.
    pub(crate) fn mean_length(&self) -> f32 {
        let count = (self.stored.len() - self.removed).max(1) as u64;
        f32::from(u16::try_from(self.total_length / count).unwrap_or(u16::MAX)).max(1.0)
    }
}

fn number(numbers: &[Option<DocId>], doc: DocId) -> Option<DocId> {
    numbers.get(doc as usize).copied().flatten()
}

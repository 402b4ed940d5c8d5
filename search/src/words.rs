//! Dictionary of all indexed words with their stems.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

use crate::fold::root;
use crate::ngrams::Grams;
use crate::parse::is_stop_word;

/// Number of a word in the dictionary.
pub(crate) type WordId = u32;

/// Number of a stem that was not stored.
const UNKNOWN: u32 = u32::MAX;

/// Hasher of keys that are hashes already.
#[derive(Default)]
pub(crate) struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = u64::from(value).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// Map whose keys need no further hashing.
pub(crate) type IdentityMap<K, V> = HashMap<K, V, BuildHasherDefault<Identity>>;

/// Converts a length to `u32`. Lengths beyond it are not reached by any index.
pub(crate) fn count32(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Texts stored one after another and numbered in the order of their arrival.
#[derive(Default)]
pub(crate) struct Interner {
    text: String,
    ends: Vec<u32>,
    ids: IdentityMap<u64, u32>,
}

impl Interner {
    /// Returns the number of a text.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let mut key = hash(text);
        loop {
            let id = *self.ids.get(&key)?;
            if self.get(id) == text {
                return Some(id);
            }
            key = key.wrapping_add(1);
        }
    }

    /// Returns the number of a text and stores the text if it is new.
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.find(text) {
            return id;
        }
        let id = count32(self.ends.len());
        let mut key = hash(text);
        while self.ids.contains_key(&key) {
            key = key.wrapping_add(1);
        }
        self.ids.insert(key, id);
        self.text.push_str(text);
        self.ends.push(count32(self.text.len()));
        id
    }

    /// Returns the text with a number; empty for an unknown number.
    pub(crate) fn get(&self, id: u32) -> &str {
        let index = id as usize;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(index).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Words by stem.
#[derive(Default)]
pub(crate) struct Stems {
    names: Interner,
    members: Vec<Vec<WordId>>,
}

impl Stems {
    /// Adds a word with its stem. Returns the number of the stem.
    fn add(&mut self, stem: &str, word: WordId) -> u32 {
        let id = self.names.intern(stem);
        if self.members.len() <= id as usize {
            self.members.resize_with(id as usize + 1, Vec::new);
        }
        if let Some(members) = self.members.get_mut(id as usize)
            && !members.contains(&word)
        {
            members.push(word);
        }
        id
    }

    /// Returns the words with a stem.
    pub(crate) fn words(&self, stem: &str) -> &[WordId] {
        let id = if stem.is_empty() { None } else { self.names.find(stem) };
        id.and_then(|id| self.members.get(id as usize)).map_or(&[], Vec::as_slice)
    }
}

/// All indexed words.
#[derive(Default)]
pub(crate) struct Dictionary {
    names: Interner,
    letters: Vec<u32>,
    /// Numbers of the German and the English stem of each word.
    stems: Vec<[u32; 2]>,
    stop_words: Vec<bool>,
    pub(crate) german_stems: Stems,
    pub(crate) english_stems: Stems,
    pub(crate) roots: Stems,
    pub(crate) grams: Grams,
}

impl Dictionary {
    /// Returns the id of a folded word.
    pub(crate) fn find(&self, word: &str) -> Option<WordId> {
        self.names.find(word)
    }

    /// Returns the id of a folded word and stores the word if it is new.
    pub(crate) fn intern(&mut self, word: &str) -> WordId {
        let id = self.names.intern(word);
        if id as usize == self.letters.len() {
            self.letters.push(letters(word));
            if !is_number(word) {
                self.grams.add(id, word);
                self.roots.add(root(word), id);
            }
            self.stems.push([UNKNOWN; 2]);
            self.stop_words.push(is_stop_word(word));
        }
        id
    }

    /// Stores the stems of a word.
    pub(crate) fn learn(&mut self, word: &str, german: &str, english: &str) {
        let id = self.intern(word);
        if is_number(word) {
            return;
        }
        let stems = [self.german_stems.add(german, id), self.english_stems.add(english, id)];
        if let Some(slot) = self.stems.get_mut(id as usize) {
            *slot = stems;
        }
    }

    /// Whether the stems of a word are stored. Numbers have none.
    pub(crate) fn is_learnt(&self, word: &str) -> bool {
        let stems = self.find(word).and_then(|id| self.stems.get(id as usize));
        is_number(word) || stems.is_some_and(|stems| *stems != [UNKNOWN; 2])
    }

    /// Whether a word is a stop word.
    pub(crate) fn is_stop_word(&self, id: WordId) -> bool {
        self.stop_words.get(id as usize).copied().unwrap_or(false)
    }

    /// Returns the folded word with an id.
    pub(crate) fn word(&self, id: WordId) -> &str {
        self.names.get(id)
    }

    /// Returns the German stem of a word, or its root if no stem was stored.
    pub(crate) fn german_stem(&self, id: WordId) -> &str {
        match self.stems.get(id as usize) {
            Some([german, _]) if *german != UNKNOWN => self.german_stems.names.get(*german),
            _ => root(self.word(id)),
        }
    }

    /// Returns the English stem of a word, or the word if no stem was stored.
    pub(crate) fn english_stem(&self, id: WordId) -> &str {
        match self.stems.get(id as usize) {
            Some([_, english]) if *english != UNKNOWN => self.english_stems.names.get(*english),
            _ => self.word(id),
        }
    }

    /// Returns the words whose letters differ in at most `limit` places of the alphabet.
    pub(crate) fn with_letters(&self, word: &str, limit: u32) -> impl Iterator<Item = WordId> {
        let wanted = letters(word);
        let candidates = (0..).zip(&self.letters);
        candidates.filter_map(move |(id, letters)| ((letters ^ wanted).count_ones() <= limit).then_some(id))
    }
}

/// Whether a word has no letters. Numbers have no other forms.
fn is_number(word: &str) -> bool {
    !word.chars().any(char::is_alphabetic)
}

/// Returns the set of letters of a word as bits.
fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |set, byte| set | 1 << (byte % 32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interned_texts_keep_their_numbers() {
        let mut interner = Interner::default();
        let first = interner.intern("bus");
        let second = interner.intern("bahn");

        assert_eq!(interner.intern("bus"), first);
        assert_eq!((interner.get(first), interner.get(second)), ("bus", "bahn"));
        assert_eq!(interner.find("boot"), None);
    }

    #[test]
    fn words_are_found_by_stem() {
        let mut dictionary = Dictionary::default();
        dictionary.learn("sensoren", "sensor", "sensoren");
        dictionary.learn("sensor", "sensor", "sensor");

        assert_eq!(dictionary.german_stems.words("sensor").len(), 2);
        assert_eq!(dictionary.english_stems.words("sensor").len(), 1);
        assert!(dictionary.german_stems.words("").is_empty());
    }
}

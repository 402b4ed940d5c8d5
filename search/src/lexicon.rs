//! Thesaurus and regions: words that mean the same, less or more than a typed word.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::documents::state_word;
use crate::fold::{fold, root, words_of};
use crate::parse::{is_filler, is_stop_word};

/// Largest number of words of a term.
pub(crate) const MAX_WORDS: usize = 4;

static LEXICON: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("../data/thesaurus.txt"), include_str!("../data/regions.txt")));

/// Relation of a target to the typed term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The target means the same.
    Synonym,
    /// The target means a part of it.
    Narrower,
    /// The target means more.
    Broader,
    /// The target is a place in the region.
    Member,
    /// The target is the federal state, or one of them.
    State,
}

/// Occurrence of a word in terms of several words.
enum Part {
    /// Number of the only line with the word, and of its first term with it.
    InLine(usize, usize),
    /// The word occurs in several lines, or is a term itself.
    Ambiguous,
}

/// Terms with their related terms.
pub(crate) struct Lexicon {
    /// Words of all terms, with the number of their line.
    terms: Vec<(usize, Vec<String>)>,
    links: HashMap<String, Vec<(usize, Relation)>>,
    /// Terms of several words by each of their words.
    partial: HashMap<String, Part>,
}

/// Returns the thesaurus and the regions.
pub(crate) fn lexicon() -> &'static Lexicon {
    &LEXICON
}

fn is_state(term: &str) -> bool {
    term.trim().starts_with("DE-")
}

/// Returns the folded words of a term without stop words.
fn words(term: &str) -> Vec<String> {
    if is_state(term) {
        return vec![state_word(term.trim())];
    }
    let folded: Vec<String> = words_of(&fold(term)).map(str::to_owned).collect();
    let content: Vec<String> = folded.iter().filter(|word| !is_stop_word(word)).cloned().collect();
    if content.is_empty() { folded } else { content }
}

fn key<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(root).collect::<Vec<_>>().join(" ")
}

/// Returns the lines with content.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Lexicon {
    fn read(thesaurus: &str, regions: &str) -> Self {
        let mut lexicon = Self { terms: Vec::new(), links: HashMap::new(), partial: HashMap::new() };
        for (number, line) in lines(thesaurus).enumerate() {
            let (left, narrower) = line.split_once('>').unwrap_or((line, ""));
            let same = lexicon.add_terms(number, left, '=');
            let narrower = lexicon.add_terms(number, narrower, ',');
            lexicon.link(&same, &same, Relation::Synonym);
            lexicon.link(&same, &narrower, Relation::Narrower);
            lexicon.link(&narrower, &same, Relation::Broader);
        }
        let first_region = lines(thesaurus).count();
        for (number, line) in lines(regions).enumerate() {
            let number = first_region + number;
            let (names, members) = line.split_once('>').unwrap_or((line, ""));
            let names = lexicon.add_terms(number, names, '=');
            let members_are_states = is_state(members);
            let members = lexicon.add_terms(number, members, ',');
            lexicon.link(&names, &names, Relation::Synonym);
            lexicon.link(&names, &members, if members_are_states { Relation::State } else { Relation::Member });
        }
        lexicon.index_parts();
        lexicon
    }

    /// Indexes the words of terms of several words. A word in terms of several lines is ambiguous.
    fn index_parts(&mut self) {
        for (number, (line, term)) in self.terms.iter().enumerate() {
            for word in term.iter().filter(|word| !is_filler(word)) {
                let slot = self.partial.entry(root(word).to_owned()).or_insert(Part::InLine(*line, number));
                let is_same = matches!(slot, Part::InLine(other, _) if other == line);
                if term.len() == 1 || !is_same {
                    *slot = Part::Ambiguous;
                }
            }
        }
    }

    /// Returns the terms related to the only term, of several words, that a word occurs in.
    pub(crate) fn related_to_part(&self, word: &str) -> impl Iterator<Item = (&[String], Relation)> {
        let number = match self.partial.get(root(word)) {
            Some(Part::InLine(_, number)) => Some(*number),
            _ => None,
        };
        let term = number.and_then(|number| self.terms.get(number));
        term.into_iter().flat_map(|(_, words)| self.related(words.iter().map(String::as_str)))
    }

    fn add_terms(&mut self, line: usize, text: &str, separator: char) -> Vec<usize> {
        let terms = text.split(separator).map(words).filter(|words| !words.is_empty());
        let first = self.terms.len();
        self.terms.extend(terms.map(|words| (line, words)));
        (first..self.terms.len()).collect()
    }

    fn link(&mut self, from: &[usize], to: &[usize], relation: Relation) {
        for source in from {
            let Some(key) = self.terms.get(*source).map(|(_, words)| key(words.iter().map(String::as_str))) else {
                continue;
            };
            let targets = to.iter().filter(|target| *target != source).map(|target| (*target, relation));
            self.links.entry(key).or_default().extend(targets);
        }
    }

    /// Returns the terms related to a sequence of folded words.
    pub(crate) fn related<'a>(
        &'a self,
        words: impl IntoIterator<Item = &'a str>,
    ) -> impl Iterator<Item = (&'a [String], Relation)> {
        let links = self.links.get(&key(words)).map_or(&[][..], Vec::as_slice);
        links.iter().filter_map(|(term, relation)| Some((self.terms.get(*term)?.1.as_slice(), *relation)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonyms_and_narrower_terms_are_related() {
        let lexicon = Lexicon::read("Abfall = Müll > Sperrmüll\n# Kommentar", "Bodensee > Konstanz");
        let related: Vec<_> = lexicon.related(["abfall"]).collect();

        assert_eq!(related.len(), 2);
        assert_eq!(related[0], (&["mull".to_owned()][..], Relation::Synonym));
        assert_eq!(related[1].1, Relation::Narrower);
        assert_eq!(lexicon.related(["bodensee"]).next().map(|hit| hit.1), Some(Relation::Member));
    }

    #[test]
    fn inflected_terms_are_found() {
        let lexicon = Lexicon::read("Digitaler Zwilling = digital twin", "");

        assert_eq!(lexicon.related(["digitale", "zwillinge"]).count(), 1);
    }

    #[test]
    fn data_files_have_valid_lines() {
        for line in lines(include_str!("../data/thesaurus.txt")) {
            assert!(line.contains('=') || line.contains('>'), "no relation: {line}");
            assert!(line.matches('>').count() <= 1, "two relations: {line}");
            let terms = line.split(['=', '>', ',']).map(str::trim);
            assert!(terms.clone().all(|term| !term.is_empty()), "empty term: {line}");
            assert!(terms.clone().all(|term| words(term).len() <= MAX_WORDS), "long term: {line}");
        }
        for line in lines(include_str!("../data/regions.txt")) {
            let members: Vec<_> = line.split_once('>').unwrap().1.split(',').map(str::trim).collect();
            assert!(members.iter().all(|member| !member.is_empty()), "no members: {line}");
            let states = members.iter().filter(|member| is_state(member)).count();
            assert!(states == 0 || states == members.len(), "states and municipalities: {line}");
        }
    }
}

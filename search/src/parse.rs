//! Parser of queries: words, phrases, exclusions and alternatives.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::fold::{fold, fold_word, words_of};

/// Largest number of characters of a query. The rest is ignored.
const MAX_CHARACTERS: usize = 1_000;
/// Largest number of alternatives in a query.
const MAX_GROUPS: usize = 8;
/// Number of words from which a query is read as running text, in which `oder` and `nicht` are
/// ordinary words.
const RUNNING_TEXT: usize = 10;

const OR: &[&str] = &["or", "oder", "|"];
const EXCLUDE: &[&str] = &["ohne", "ausser", "without", "except"];
const EXCLUDE_SHORT: &[&str] = &["nicht", "not", "kein", "keine", "keinen", "keiner", "keinem", "keines"];
/// Words after which `nicht` and `not` do not exclude.
const NO_EXCLUSION: &[&str] = &["nur", "mehr", "so", "zu", "only", "just", "immer", "mal"];

static STOP_WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| folded_lines(include_str!("../data/stop_words.txt")));
static FILLERS: LazyLock<HashSet<String>> = LazyLock::new(|| folded_lines(include_str!("../data/fillers.txt")));

fn folded_lines(text: &str) -> HashSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).map(fold_word).collect()
}

/// Whether a folded word is a stop word.
pub(crate) fn is_stop_word(folded: &str) -> bool {
    STOP_WORDS.contains(folded)
}

/// Whether a folded word describes the request instead of its subject, such as `gesucht`.
pub(crate) fn is_filler(folded: &str) -> bool {
    FILLERS.contains(folded)
}

/// A word of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Word {
    /// Folded word.
    pub folded: String,
    /// Single letter before the word that is a stop word, as in `i-Kfz`.
    pub letter: Option<String>,
}

/// A word or phrase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clause {
    /// Words in the order of the query.
    pub words: Vec<Word>,
    /// Whether the words have to be adjacent.
    pub is_phrase: bool,
    /// IDs of the entries in which the words are adjacent. `None` if this is not known.
    pub entries: Option<HashSet<u128>>,
}

/// A parsed query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Alternatives. An entry has to match one of them.
    pub groups: Vec<Vec<Clause>>,
    /// Clauses that exclude entries.
    pub excluded: Vec<Clause>,
    /// Whether the text was cut after 1,000 characters.
    pub is_truncated: bool,
}

impl Query {
    /// Parses a query. Every text is a valid query.
    pub fn parse(typed: &str) -> Self {
        let cut: String = typed.chars().take(MAX_CHARACTERS).collect();
        let is_truncated = typed.chars().nth(MAX_CHARACTERS).is_some();
        let text = cut.replace(['„', '“', '”', '«', '»'], "\"");
        let mut parser =
            Parser { is_running_text: text.split_whitespace().count() >= RUNNING_TEXT, ..Parser::default() };
        for (index, piece) in text.split('"').enumerate() {
            if index % 2 == 1 {
                parser.push(words(piece), true);
            } else {
                parser.read(piece);
            }
        }
        let mut query = Self { groups: parser.groups, excluded: parser.excluded, is_truncated };
        query.groups.push(parser.group);
        for group in &mut query.groups {
            keep_letters(group);
            clean(group);
        }
        query.groups.retain(|group| !group.is_empty());
        query.groups.truncate(MAX_GROUPS);
        query.excluded.retain(|clause| !clause.words.is_empty());
        query
    }

    /// Returns the phrases of several words, whose entries the caller looks up.
    pub fn phrases_mut(&mut self) -> impl Iterator<Item = &mut Clause> {
        let clauses = self.groups.iter_mut().flatten().chain(&mut self.excluded);
        clauses.filter(|clause| clause.is_phrase && clause.words.len() > 1)
    }
}

/// Removes stop words and repeated clauses. Stop words remain if a group has no other words.
fn clean(group: &mut Vec<Clause>) {
    let is_stop = |clause: &Clause| !clause.is_phrase && clause.words.iter().all(|word| is_stop_word(&word.folded));
    group.retain(|clause| !clause.words.is_empty());
    if !group.iter().all(is_stop) {
        group.retain(|clause| !is_stop(clause));
    }
    let mut seen = HashSet::new();
    group.retain(|clause| {
        let words: Vec<_> = clause.words.iter().map(|word| word.folded.clone()).collect();
        seen.insert((words, clause.is_phrase))
    });
}

/// Returns the folded words of a text. All characters other than letters and digits separate words.
fn words(text: &str) -> Vec<Word> {
    words_of(&fold(text)).map(|word| Word { folded: word.to_owned(), letter: None }).collect()
}

/// Stores single letters that are stop words with the words after them.
fn keep_letters(group: &mut [Clause]) {
    let mut letter = None;
    for word in group.iter_mut().filter(|clause| !clause.is_phrase).flat_map(|clause| &mut clause.words) {
        word.letter = letter.take();
        letter = (word.folded.len() == 1 && is_stop_word(&word.folded)).then(|| word.folded.clone());
    }
}

#[derive(Default)]
struct Parser {
    groups: Vec<Vec<Clause>>,
    group: Vec<Clause>,
    excluded: Vec<Clause>,
    is_running_text: bool,
    excludes_next: bool,
    /// Whether further adjectives and nouns belong to the excluded clause.
    continues: bool,
}

impl Parser {
    fn push(&mut self, words: Vec<Word>, is_phrase: bool) {
        let clause = Clause { words, is_phrase, entries: None };
        if std::mem::take(&mut self.excludes_next) {
            self.excluded.push(clause);
        } else {
            self.group.push(clause);
        }
        self.continues = false;
    }

    fn read(&mut self, piece: &str) {
        let mut tokens = piece.split_whitespace().peekable();
        while let Some(token) = tokens.next() {
            let folded = fold_word(token);
            let next = tokens.peek().map(|next| fold_word(next)).unwrap_or_default();
            if matches!(token, "-" | "–" | "−") || self.is_exclusion(&folded, &next) {
                (self.excludes_next, self.continues) = (true, false);
            } else if OR.contains(&&*token.to_lowercase()) && (!self.is_running_text || token == "|") {
                self.groups.push(std::mem::take(&mut self.group));
                self.continues = false;
            } else if let Some(rest) = token.strip_prefix(['-', '–', '−']) {
                self.excludes_next = true;
                self.push(words(rest), false);
            } else if self.excludes_next && is_stop_word(&folded) && !next.is_empty() {
                // Articles between the exclusion and its noun.
            } else {
                self.read_word(token, &folded);
            }
        }
    }

    fn is_exclusion(&self, folded: &str, next: &str) -> bool {
        if next.is_empty() || self.is_running_text {
            return false;
        }
        EXCLUDE.contains(&folded)
            || EXCLUDE_SHORT.contains(&folded) && !self.group.is_empty() && !NO_EXCLUSION.contains(&next)
    }

    /// Reads a word. After an exclusion in words, an adjective or a part of a name such as `Bad`
    /// excludes only together with the word that follows.
    fn read_word(&mut self, token: &str, folded: &str) {
        let words = words(token);
        if std::mem::take(&mut self.continues)
            && let Some(clause) = self.excluded.last_mut()
        {
            clause.words.extend(words);
            return;
        }
        let is_excluded = self.excludes_next;
        self.push(words, false);
        self.continues = is_excluded && is_modifier(token, folded);
    }
}

/// Whether a word usually precedes a noun or a name that it belongs to.
fn is_modifier(token: &str, folded: &str) -> bool {
    let is_adjective = token.starts_with(char::is_lowercase)
        && ["e", "en", "er", "es", "em"].iter().any(|ending| folded.len() > 4 && folded.ends_with(ending));
    is_adjective || ["bad", "st", "markt", "neu", "alt", "gross", "klein"].contains(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(clauses: &[Clause]) -> Vec<String> {
        let text = |clause: &Clause| clause.words.iter().map(|word| word.folded.clone()).collect::<Vec<_>>().join(" ");
        clauses.iter().map(text).collect()
    }

    #[test]
    fn words_and_phrases_and_exclusions_are_separated() {
        let mut query = Query::parse("Parken für „grüne Welle“ -Bus -\"auto frei\"");

        assert_eq!(texts(&query.groups[0]), ["parken", "grune welle"]);
        assert_eq!(texts(&query.excluded), ["bus", "auto frei"]);
        assert_eq!(query.phrases_mut().count(), 2);
    }

    #[test]
    fn alternatives_form_groups() {
        let query = Query::parse("Parken Sensor oder Bewässerung");

        assert_eq!(query.groups.len(), 2);
        assert_eq!(texts(&query.groups[0]), ["parken", "sensor"]);
    }

    #[test]
    fn exclusions_in_words_exclude_the_next_word() {
        assert_eq!(texts(&Query::parse("Parken ohne Schranke").excluded), ["schranke"]);
        assert_eq!(texts(&Query::parse("parking without barrier").excluded), ["barrier"]);
        assert_eq!(texts(&Query::parse("Apps außer Bad Salzuflen").excluded), ["bad salzuflen"]);
        assert_eq!(texts(&Query::parse("Dialog ohne die großen Städte").excluded), ["grossen stadte"]);
    }

    #[test]
    fn running_text_has_no_operators() {
        let query = Query::parse("Wir suchen eine App oder Karte die nicht viel kostet und ohne Anmeldung geht");

        assert_eq!(query.groups.len(), 1);
        assert!(query.excluded.is_empty());
    }

    #[test]
    fn stop_words_count_only_without_other_words() {
        assert_eq!(texts(&Query::parse("der Bus").groups[0]), ["bus"]);
        assert_eq!(texts(&Query::parse("in der").groups[0]), ["in", "der"]);
    }

    #[test]
    fn hyphens_join_words() {
        let query = Query::parse("Baum-Kataster");

        assert_eq!(texts(&query.groups[0]), ["baum kataster"]);
        assert_eq!(Query::parse("i Kfz").groups[0][0].words[0].letter.as_deref(), Some("i"));
    }

    #[test]
    fn long_texts_are_cut() {
        let query = Query::parse(&"Wasser ".repeat(400));

        assert!(query.is_truncated);
        assert_eq!(query.groups[0].len(), 1);
    }

    #[test]
    fn empty_and_odd_texts_are_queries() {
        assert!(Query::parse("").groups.is_empty());
        assert!(Query::parse("- \" | -").groups.is_empty());
        assert_eq!(texts(&Query::parse("ohne").groups[0]), ["ohne"]);
    }
}

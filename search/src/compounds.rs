//! Compounds: longer words that contain a word, and the components of a compound.

use crate::fold::root;
use crate::words::{Dictionary, WordId};

/// Letters from which a word may be any part of a longer word.
const FREE_LENGTH: usize = 5;
/// Fewest letters of a component.
const MIN_COMPONENT: usize = 3;
/// Short first components, as in `E-Government`, `i-Kfz` and `On-Demand`.
const SHORT: &[&str] = &["e", "i", "on"];
/// Letters between the components of a compound.
const LINKS: &[&str] = &["", "s", "n", "en", "es", "er", "e"];
/// Largest number of components.
const MAX_COMPONENTS: usize = 3;

/// Returns the longer words that contain a word, with a weight of up to 1. A short word has to be the
/// first or last component, and the rest a known word.
pub(crate) fn containing(dictionary: &Dictionary, part: &str) -> Vec<(WordId, f32)> {
    if part.len() < MIN_COMPONENT || part.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    if part.len() < FREE_LENGTH {
        let candidates = dictionary.grams.edge_candidates(part);
        let proper = candidates.filter(|id| is_proper_part(dictionary, dictionary.word(*id), part));
        return proper.map(|id| (id, share(dictionary.word(id), part))).collect();
    }
    let candidates = dictionary.grams.candidates(part).unwrap_or_default().iter().copied();
    let longer = candidates.filter_map(|id| {
        let word = dictionary.word(id);
        let position = word.find(part).filter(|_| word.len() > part.len())?;
        let is_edge = position == 0 || word.ends_with(part);
        let is_separate = is_edge || position >= MIN_COMPONENT;
        is_separate.then(|| (id, share(word, part) * if is_edge { 1.0 } else { 0.7 }))
    });
    longer.collect()
}

/// Returns the weight of a compound: the larger the part, the higher.
fn share(word: &str, part: &str) -> f32 {
    let whole = u8::try_from(word.len()).unwrap_or(u8::MAX);
    0.6 + 0.4 * f32::from(u8::try_from(part.len()).unwrap_or(u8::MAX)) / f32::from(whole)
}

/// Returns the longer words that consist of a stem and a known word or a short suffix.
pub(crate) fn containing_stem(dictionary: &Dictionary, stem: &str) -> Vec<(WordId, f32)> {
    let mut found = containing(dictionary, stem);
    found.retain(|(id, _)| {
        let word = dictionary.word(*id);
        word.len() <= stem.len() + 3 || is_proper_part(dictionary, word, stem)
    });
    found
}

/// Returns the words that start with a fragment of a name.
pub(crate) fn starting_with(dictionary: &Dictionary, fragment: &str) -> Vec<(WordId, f32)> {
    if fragment.len() < MIN_COMPONENT {
        return Vec::new();
    }
    let candidates = dictionary.grams.edge_candidates(fragment);
    let longer = candidates.filter(|id| dictionary.word(*id).starts_with(fragment));
    longer.map(|id| (id, share(dictionary.word(id), fragment))).collect()
}

fn is_proper_part(dictionary: &Dictionary, word: &str, part: &str) -> bool {
    let first = word.strip_prefix(part).is_some_and(|rest| {
        let mut rests = LINKS.iter().filter_map(|link| rest.strip_prefix(link));
        rests.any(|rest| is_known(dictionary, rest))
    });
    first
        || word.strip_suffix(part).is_some_and(|rest| {
            let mut rests = LINKS.iter().filter_map(|link| rest.strip_suffix(link));
            rests.any(|rest| is_known(dictionary, rest))
        })
}

/// Whether a word or its root is in the dictionary.
fn is_known(dictionary: &Dictionary, word: &str) -> bool {
    let is_inflected = || word.len() > 3 && !dictionary.roots.words(root(word)).is_empty();
    word.len() >= MIN_COMPONENT && (dictionary.find(word).is_some() || is_inflected())
}

/// Splits a compound into known words, preferring few components and long short ones. Empty if the
/// word is no compound of known words.
pub(crate) fn components<'a>(
    dictionary: &Dictionary,
    word: &'a str,
    is_usable: &impl Fn(&str) -> bool,
) -> Vec<&'a str> {
    let mut best: (usize, Vec<&str>) = (0, Vec::new());
    split(dictionary, word, is_usable, &mut Vec::new(), &mut best);
    best.1
}

/// Returns the longest known first or last component of a compound whose other part is unknown.
pub(crate) fn known_component<'a>(
    dictionary: &Dictionary,
    word: &'a str,
    is_usable: &impl Fn(&str) -> bool,
) -> Option<&'a str> {
    let lengths = (FREE_LENGTH..word.len().saturating_sub(MIN_COMPONENT - 1)).rev();
    let mut parts = lengths.flat_map(|length| [word.get(word.len() - length..), word.get(..length)]);
    parts.find_map(|part| part.filter(|part| dictionary.find(part).is_some() && is_usable(part)))
}

fn split<'a>(
    dictionary: &Dictionary,
    rest: &'a str,
    is_usable: &impl Fn(&str) -> bool,
    taken: &mut Vec<&'a str>,
    best: &mut (usize, Vec<&'a str>),
) {
    let is_component = |part: &str| is_known(dictionary, part) && is_usable(part);
    if !taken.is_empty() && is_component(rest) {
        let shortest = taken.iter().map(|part| part.len()).min().unwrap_or(0).min(rest.len());
        let score = shortest * 4 / (taken.len() + 1);
        if score > best.0 {
            *best = (score, taken.iter().copied().chain([rest]).collect());
        }
    }
    if taken.len() + 1 >= MAX_COMPONENTS {
        return;
    }
    for end in MIN_COMPONENT..rest.len().saturating_sub(MIN_COMPONENT - 1) {
        let (Some(first), Some(second)) = (rest.get(..end), rest.get(end..)) else { continue };
        let stems = LINKS.iter().filter_map(|link| first.strip_suffix(link)).filter(|stem| is_component(stem));
        let stem = stems.max_by_key(|stem| (dictionary.find(stem).is_some(), stem.len()));
        if let Some(stem) = stem {
            taken.push(stem);
            split(dictionary, second, is_usable, taken, best);
            taken.pop();
        }
    }
}

/// Returns the ways to write a word as two or three known words.
pub(crate) fn ways_apart<'a>(dictionary: &Dictionary, word: &'a str) -> Vec<Vec<&'a str>> {
    let mut ways = Vec::new();
    for first in 1..word.len() {
        let Some((before, rest)) =
            word.split_at_checked(first).filter(|(before, rest)| is_apart(dictionary, before, rest))
        else {
            continue;
        };
        if dictionary.find(rest).is_some() {
            ways.push(vec![before, rest]);
        }
        let seconds = (1..rest.len()).filter_map(|second| rest.split_at_checked(second));
        let known = seconds.filter(|(middle, last)| {
            middle.len() >= MIN_COMPONENT && is_apart(dictionary, middle, last) && dictionary.find(last).is_some()
        });
        ways.extend(known.map(|(middle, last)| vec![before, middle, last]));
    }
    ways
}

/// Whether a word can stand apart from the rest of a longer word: a known one that is not too short, or next to a digit.
fn is_apart(dictionary: &Dictionary, word: &str, rest: &str) -> bool {
    let is_long = word.len() >= MIN_COMPONENT && rest.len() >= MIN_COMPONENT;
    let is_boundary = has_digit(word) != has_digit(rest);
    (is_long || is_boundary || SHORT.contains(&word)) && dictionary.find(word).is_some()
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether the parts of a word are usually written apart or with a hyphen: one has digits or is short.
pub(crate) fn are_separate(parts: &[&str]) -> bool {
    parts.iter().any(|part| has_digit(part)) || parts.first().is_some_and(|first| SHORT.contains(first))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(words: &[&str]) -> Dictionary {
        let mut dictionary = Dictionary::default();
        for word in words {
            dictionary.intern(word);
        }
        dictionary
    }

    fn longer(dictionary: &Dictionary, part: &str) -> Vec<String> {
        containing(dictionary, part).into_iter().map(|(id, _)| dictionary.word(id).to_owned()).collect()
    }

    #[test]
    fn short_words_are_proper_parts() {
        let dictionary = dictionary(&["bus", "robust", "stadtbus", "stadt", "busfahrt", "fahrt"]);

        assert_eq!(longer(&dictionary, "bus"), ["busfahrt", "stadtbus"]);
    }

    #[test]
    fn long_words_are_parts_anywhere() {
        let dictionary = dictionary(&["klimaschutz", "stadtklimadaten", "acclimation"]);

        assert_eq!(longer(&dictionary, "klima"), ["klimaschutz", "stadtklimadaten"]);
    }

    #[test]
    fn stems_are_not_parts_of_other_words() {
        let dictionary = dictionary(&["bodensensoren", "sensorik", "sensordaten", "daten"]);

        assert!(containing_stem(&dictionary, "bodense").is_empty());
        assert_eq!(containing_stem(&dictionary, "sensor").len(), 2);
    }

    #[test]
    fn words_are_written_apart_in_several_ways() {
        let dictionary = dictionary(&["g", "20", "5g", "netz", "i", "kfz", "open", "data", "portal", "opendata"]);
        let ways = |word| ways_apart(&dictionary, word).into_iter().map(|way| way.join(" ")).collect::<Vec<_>>();

        assert_eq!([ways("g20"), ways("5gnetz"), ways("ikfz")], [["g 20"], ["5g netz"], ["i kfz"]]);
        assert_eq!(ways("opendataportal"), ["open data portal", "opendata portal"]);
        assert!(ways("netzen").is_empty());
        assert!(are_separate(&["i", "kfz"]) && !are_separate(&["open", "data"]));
    }

    #[test]
    fn compounds_are_split_with_linking_letters() {
        let dictionary = dictionary(&["verkehr", "daten", "analyse", "ana"]);

        assert_eq!(components(&dictionary, "verkehrsdatenanalyse", &|_| true), ["verkehr", "daten", "analyse"]);
        assert!(components(&dictionary, "verkehrsxyz", &|_| true).is_empty());
        assert_eq!(known_component(&dictionary, "verkehrsxyz", &|_| true), Some("verkehr"));
    }
}

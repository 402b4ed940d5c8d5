//! Folding and light stemming, equal in effect to the database's folding for German and English.

use unicode_normalization::UnicodeNormalization;

/// Returns the folded form of a word: lower case, without accents, `ä`, `ae` and `a` equal, `ß` as
/// `ss`. Characters other than letters and digits are dropped.
pub fn fold(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    // The compatibility decomposition separates accents from letters, and makes digits of subscripts and superscripts.
    for character in word.to_lowercase().nfkd() {
        match character {
            'ß' => plain.push_str("ss"),
            'ł' => plain.push('l'),
            'ø' => plain.push('o'),
            _ if character.is_alphanumeric() => plain.push(character),
            _ => {}
        }
    }
    if plain == "sankt" { "st".to_owned() } else { without_digraphs(&plain) }
}

/// Replaces `ae`, `oe` and `ue` by one vowel, except after a vowel or `q`, as in `neue` and `Quelle`.
fn without_digraphs(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let mut before_last = ' ';
    let mut last = ' ';
    for character in word.chars() {
        let is_digraph = character == 'e'
            && matches!(last, 'a' | 'o' | 'u')
            && !matches!(before_last, 'a' | 'e' | 'i' | 'o' | 'u' | 'q');
        if !is_digraph {
            folded.push(character);
        }
        (before_last, last) = (last, character);
    }
    folded
}

/// Endings of inflected words, longest first.
const INFLECTIONS: &[&str] = &["ern", "en", "em", "er", "es", "e", "s", "n"];
/// Endings of nouns and participles of verbs, longest first.
const DERIVATIONS: &[&str] = &["ation", "ung", "ing", "end", "ed"];

/// Returns the part of a folded word that its German and English inflections and the nouns of its
/// verb have in common: `zahlen` and `zahlung` become `zahl`.
pub(crate) fn root(word: &str) -> &str {
    let strip = |word, suffix: &&str| str::strip_suffix(word, *suffix).filter(|rest| rest.len() >= 4);
    let is_short = |rest: &&str| rest.len() >= 3;
    let inflected = INFLECTIONS.iter().find_map(|suffix| {
        strip(word, suffix).or_else(|| word.strip_suffix(suffix).filter(is_short).filter(|_| suffix.len() <= 2))
    });
    let base = inflected.unwrap_or(word);
    let Some(rest) = DERIVATIONS.iter().find_map(|suffix| strip(base, suffix)) else {
        return base.strip_suffix('t').filter(|rest| rest.len() > 4 && rest.ends_with("ier")).unwrap_or(base);
    };
    let mut ending = rest.chars().rev();
    let is_doubled = rest.len() > 4 && ending.next() == ending.next() && !rest.ends_with("ss");
    if is_doubled { rest.get(..rest.len() - 1).unwrap_or(rest) } else { rest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn umlauts_and_their_digraphs_are_equal() {
        assert_eq!(fold("Münster"), "munster");
        assert_eq!(fold("Muenster"), "munster");
        assert_eq!(fold("Straße"), "strasse");
        assert_eq!(fold("CO₂"), "co2");
    }

    #[test]
    fn vowels_before_a_digraph_keep_it() {
        assert_eq!(fold("neue"), "neue");
        assert_eq!(fold("Quelle"), "quelle");
    }

    #[test]
    fn verbs_and_their_nouns_have_one_root() {
        assert_eq!(root("zahlen"), root("zahlung"));
        assert_eq!(root("sanieren"), root("sanierung"));
        assert_eq!(root("planning"), "plan");
    }
}

//! Folding, equal to that of the database, and light stemming.

use unicode_normalization::UnicodeNormalization;

/// Returns the folded form of a text: lower case, without accents, `ä`, `ae` and `a` equal, `ß` as `ss`, `Sankt` as
/// `st`. It is that of the SQL function `search_fold`.
pub fn fold(text: &str) -> String {
    let spelt = spelt_out(text);
    let letters = spelt.nfkd().filter(|letter| !is_ignored(*letter)).map(|letter| letter.to_ascii_lowercase());
    let plain = letters.collect::<String>().replace("ae", "a").replace("oe", "o");
    with_saint(&without_ue(&plain))
}

/// Returns the words of a folded text.
pub fn words_of(folded: &str) -> impl Iterator<Item = &str> {
    let divides = |letter: char| !letter.is_ascii_lowercase() && !letter.is_ascii_digit();
    folded.split(divides).filter(|word| !word.is_empty())
}

/// Returns the folded words of a text, joined.
pub(crate) fn fold_word(text: &str) -> String {
    words_of(&fold(text)).collect()
}

/// Whether a character is ignored inside words, like combining marks and invisible characters that do not separate words. The SQL
/// function `plain` removes the same characters.
pub fn is_ignored(letter: char) -> bool {
    matches!(
        letter,
        '\u{300}'..='\u{36f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
    )
}

/// Replaces letters that the decomposition keeps. The signs ™ and ℠ become spaces, so that they are not part of the name before them.
fn spelt_out(text: &str) -> String {
    let mut spelt = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            'ß' | 'ẞ' => spelt.push_str("ss"),
            'æ' | 'Æ' => spelt.push_str("ae"),
            'œ' | 'Œ' => spelt.push_str("oe"),
            'ł' | 'Ł' => spelt.push('l'),
            'ø' | 'Ø' => spelt.push('o'),
            'đ' | 'Đ' => spelt.push('d'),
            'ı' => spelt.push('i'),
            '™' | '℠' => spelt.push(' '),
            other => spelt.push(other),
        }
    }
    spelt
}

/// Replaces `ue` by `u`, except after a vowel or `q`, as in `neue` and `Quelle`.
fn without_ue(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let (mut before_last, mut last) = (' ', ' ');
    for letter in text.chars() {
        if letter == 'e' && last == 'u' && !matches!(before_last, 'a' | 'e' | 'q') {
            // The pair is replaced as a whole.
            (before_last, last) = ('u', 'e');
        } else {
            folded.push(letter);
            (before_last, last) = (last, letter);
        }
    }
    folded
}

/// Replaces the word `sankt` by `st`.
fn with_saint(text: &str) -> String {
    let divides = |letter: char| !letter.is_ascii_alphanumeric() && letter != '_';
    let piece = |piece: &str| match piece.strip_prefix("sankt") {
        Some(rest) if rest.is_empty() || rest.chars().all(divides) => format!("st{rest}"),
        _ => piece.to_owned(),
    };
    text.split_inclusive(divides).map(piece).collect()
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
    fn invisible_characters_do_not_divide_words() {
        assert_eq!(fold("Wuerfel\u{200b}husten Wu\u{308}rfel"), "wurfelhusten wurfel");
        assert_eq!(fold("Sankt Wendel, sanktion"), "st wendel, sanktion");
        assert_eq!(words_of(&fold("LoRaWAN™-Netz 1½")).collect::<Vec<_>>(), ["lorawan", "netz", "11", "2"]);
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

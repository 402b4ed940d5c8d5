//! Highlighting of matches in the texts of entries.

use search::{fold, is_ignored, words_of};

use super::Search;
use crate::model::highlight::{Highlight, Texts};

/// Length of the longest text that is not cut, in characters. Longer texts are cut around the first match.
const LONG: usize = 300;
/// Number of characters shown before the first match.
const BEFORE: usize = 80;

impl Search {
    /// Returns the texts of an entry with the words that the search means.
    pub(crate) fn highlight(&self, texts: &Texts<'_>) -> Highlight {
        let found = |word: &str| words_of(&fold(word)).any(|word| self.words.contains(word));
        texts.iter().filter_map(|(member, text)| Some(((*member).into(), mark(text, found)?))).collect()
    }
}

/// Returns the beginning of a text, escaped for HTML.
pub(crate) fn excerpt(text: &str) -> String {
    let cut: String = text.chars().take(LONG).collect();
    if cut.len() < text.len() { format!("{}…", escaped(&cut)) } else { escaped(&cut) }
}

/// Splits a text into words and the characters between them.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let divides = |letter: char| !letter.is_alphanumeric() && !is_ignored(letter);
    text.split_inclusive(divides).flat_map(move |piece| {
        let end = piece.char_indices().last().filter(|(_, letter)| divides(*letter)).map_or(piece.len(), |(at, _)| at);
        let (word, between) = piece.split_at(end);
        [word, between]
    })
}

/// Returns the text with its matches in `<mark>`, escaped for HTML. Returns `None` if there is no match.
fn mark(text: &str, found: impl Fn(&str) -> bool) -> Option<String> {
    let first = pieces(text).scan(0, |passed, piece| {
        let at = *passed;
        *passed += piece.chars().count();
        Some((at, piece))
    });
    let (first, _) = first.into_iter().find(|(_, piece)| found(piece))?;
    let long = text.chars().count() > LONG;
    let start = if long { first.saturating_sub(BEFORE) } else { 0 };
    let mut marked = if start > 0 { "…".to_owned() } else { String::new() };
    let mut passed = 0;
    for piece in pieces(text) {
        let shown = passed >= start && (!long || passed < start + LONG);
        passed += piece.chars().count();
        if shown {
            let (open, close) = if found(piece) { ("<mark>", "</mark>") } else { ("", "") };
            marked.extend([open, &escaped(piece), close]);
        }
    }
    if long && passed > start + LONG {
        marked.push('…');
    }
    Some(marked)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use proptest::array::uniform2;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;
    use crate::base::property::config;

    fn is_word(piece: &str) -> bool {
        piece.contains(char::is_alphanumeric)
    }

    #[test]
    fn matches_are_marked_and_html_is_escaped() {
        let marked = mark("Ulm <b>& die „Grüne Welle“", |word| word == "Welle" || word == "Ulm");

        assert_eq!(marked.unwrap(), "<mark>Ulm</mark> &lt;b&gt;&amp; die „Grüne <mark>Welle</mark>“");
        assert_eq!(mark("nichts", |_| false), None);
    }

    #[test]
    fn invisible_characters_do_not_split_a_word() {
        let words = |text| pieces(text).filter(|piece| is_word(piece)).collect::<Vec<_>>();

        assert_eq!(
            words("Bürger\u{ad}beteiligung, Bu\u{308}rger; CO₂-Ampel"),
            ["Bürger\u{ad}beteiligung", "Bu\u{308}rger", "CO₂", "Ampel"]
        );
        assert_eq!(pieces("👩\u{200d}💻 a").collect::<String>(), "👩\u{200d}💻 a");
    }

    #[test]
    fn long_texts_are_cut_around_the_first_match() {
        let text = format!("{}Ziel {}", "vorher ".repeat(50), "nachher ".repeat(100));

        let marked = mark(&text, |word| word == "Ziel").unwrap();

        assert!(marked.starts_with('…') && marked.ends_with('…') && marked.contains("<mark>Ziel</mark>"));
        assert!(marked.chars().count() < 350);
    }

    /// Returns the words of a text.
    fn words(text: &str) -> Vec<&str> {
        pieces(text).filter(|piece| is_word(piece)).collect()
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn pieces_make_up_the_text(text in "(\\PC|[a-cäß ,\u{301}\u{ad}\u{200b}-]){0,40}") {
            prop_assert_eq!(pieces(&text).collect::<String>(), text);
        }

        #[test]
        fn composed_and_decomposed_words_are_divided_alike(text in "([\\p{L}&&[\\p{Latin}\\p{Greek}\\p{Cyrillic}]]|[ .-]){0,40}") {
            let [composed, decomposed] = [text.nfc().collect::<String>(), text.nfd().collect()];
            let decomposed: Vec<String> = words(&decomposed).into_iter().map(|word| word.nfc().collect()).collect();

            prop_assert_eq!(words(&composed), decomposed);
        }

        #[test]
        fn marked_text_is_limited_and_escaped([before, after] in uniform2("(\\PC{0,9}|ulm|[<&\"> ]){0,75}")) {
            let text = format!("{before} ulm {after}");

            let marked = mark(&text, |word| word == "ulm").unwrap();

            let unmarked = marked.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!unmarked.contains(['<', '>', '"']), "{}", marked);
            let longest = pieces(&text).map(|piece| piece.chars().count()).max().unwrap_or_default();
            let shown = unmarked.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
            prop_assert!(shown.chars().count() <= LONG + longest + 2, "{}", marked);
        }
    }
}

//! Classes of characters in texts: invisible and formatting characters; and removal of invisible ones at both
//! ends.

use search::is_ignored;
use unicode_normalization::char::is_combining_mark;

/// Returns whether a text has a visible character.
pub(crate) fn has_visible(text: &str) -> bool {
    !text.chars().all(is_invisible)
}

/// Removes white space and characters without a glyph from both ends of a text. A text without a visible character
/// keeps them, so that its violation can name them. Characters that control direction or layout are kept, because they
/// violate a separate rule.
pub(crate) fn trimmed(text: &str) -> &str {
    if !has_visible(text) {
        return text.trim();
    }
    let is_edge = |letter: char| letter.is_whitespace() || is_hidden(letter) && !is_combining_mark(letter);
    let mut rest = text.trim_start_matches(|letter| is_edge(letter) || is_variation_selector(letter));
    loop {
        rest = rest.trim_end_matches(is_edge);
        let base = rest.trim_end_matches(is_variation_selector);
        // Letters of European scripts have no variants. Emoji, symbols and ideographs keep their variation selectors.
        let is_plain = |letter: char| letter.is_alphanumeric() && letter < '\u{1000}' || is_edge(letter);
        if base.len() == rest.len() || !base.ends_with(is_plain) {
            return rest;
        }
        rest = base;
    }
}

fn is_variation_selector(letter: char) -> bool {
    matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Returns whether a character is invisible by itself: white space, control and format characters, combining marks and
/// characters without a glyph.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || is_format(letter)
        || is_hidden(letter)
        || is_ignored(letter)
        || is_combining_mark(letter)
}

/// Returns whether a character has no glyph, such as soft hyphens, zero-width spaces, joiners, variation selectors and
/// fillers. White space, and characters that control direction or layout, are excluded.
pub(crate) fn is_hidden(letter: char) -> bool {
    let hidden = matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1d159}'
            | '\u{e0200}'..='\u{e0fff}'
    );
    hidden || is_variation_selector(letter)
}

/// Returns whether a character controls the direction or the layout of text, or marks text invisibly. Joiners, variation
/// selectors, soft hyphens and zero-width spaces are excluded, because emoji, scripts and line breaks need them.
pub(crate) fn is_format(letter: char) -> bool {
    matches!(
        letter,
        '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2061}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e00ff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_with_one_visible_character_is_visible() {
        for nothing in [
            "",
            " \u{a0}\n",
            "\u{ad}",
            "\u{200b}\u{2060}",
            "\u{3164}",
            "\u{2800}",
            "\u{301}",
            "\u{feff}\t",
            "\u{1d159}",
        ] {
            assert!(!has_visible(nothing), "{nothing:?}");
        }
        for something in ["a", "?", "🙂", "👩\u{200d}💻", "\u{ad}ß", "日本"] {
            assert!(has_visible(something), "{something:?}");
        }
    }

    #[test]
    fn ends_are_trimmed_without_damage_to_emoji_and_marks() {
        for (text, expected) in [
            ("\u{200b} Amt\u{200b}", "Amt"),
            ("\u{feff}\u{fe0f}Amt\u{fe0f} \u{ad}", "Amt"),
            ("Amt \u{200d}\u{fe0f}", "Amt"),
            ("Amt \u{2764}\u{fe0f}\u{200b}", "Amt \u{2764}\u{fe0f}"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("\u{845b}\u{e0100}", "\u{845b}\u{e0100}"),
            ("x\u{323}\u{200b}", "x\u{323}"),
            ("Bürger\u{ad}amt", "Bürger\u{ad}amt"),
            ("Amt\u{202e} ", "Amt\u{202e}"),
            (" \u{200b}", "\u{200b}"),
        ] {
            assert_eq!(trimmed(text), expected, "{text:?}");
        }
    }
}

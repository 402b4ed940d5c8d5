//! Characters of texts: which of them readers can see, and which have no use in plain text.

use unicode_normalization::char::is_combining_mark;

/// Whether a text has a character that readers can see.
pub(crate) fn has_visible(text: &str) -> bool {
    !text.chars().all(is_invisible)
}

/// Whether a character shows nothing by itself: white space, control and format characters, combining marks and fillers.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || is_format(letter)
        || is_ignored(letter)
        || is_combining_mark(letter)
        || matches!(letter, '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Whether a character controls the direction or the layout of text, or marks text invisibly. Joiners, variation selectors,
/// soft hyphens and zero-width spaces are none of these: emoji, scripts and line breaks need them.
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

/// Whether a character belongs to the word around it although it shows nothing by itself. The function `plain` of the database
/// removes the same characters.
pub(crate) fn is_ignored(letter: char) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_visible_if_one_character_is() {
        for nothing in ["", " \u{a0}\n", "\u{ad}", "\u{200b}\u{2060}", "\u{3164}", "\u{2800}", "\u{301}", "\u{feff}\t"]
        {
            assert!(!has_visible(nothing), "{nothing:?}");
        }
        for something in ["a", "?", "🙂", "👩\u{200d}💻", "\u{ad}ß", "日本"] {
            assert!(has_visible(something), "{something:?}");
        }
    }
}

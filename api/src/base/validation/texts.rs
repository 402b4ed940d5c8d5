//! Rules of texts.

use entity::Text;
use pulldown_cmark::{Event, LinkType, Parser, Tag};

use super::rules::{Checked, broken_in, combined, require, together};
use crate::base::characters::{has_visible, is_format};
use crate::base::error::{CharacterAt, MarkdownFault, Rule};
use crate::base::text_limits::{LONG, SHORT, SUMMARY};

/// Largest number of characters or tags that one violation names.
const NAMED: usize = 10;
/// Largest number of characters of a tag, an image or a link that a violation shows.
const SHOWN: usize = 60;

/// Requires a text of up to 500 characters.
pub(crate) fn summary(text: &Text) -> Checked {
    both(text, |text| markdown(text, SUMMARY))
}

/// Requires a text of up to 200 characters without HTML.
pub(crate) fn label(text: &Text) -> Checked {
    both(text, |text| {
        name(text)?;
        harmless(text)
    })
}

/// Requires a text of up to 20,000 characters.
pub(crate) fn description(text: &Text) -> Checked {
    both(text, |text| markdown(text, LONG))
}

/// Requires a name of up to 200 characters without HTML.
pub(crate) fn name(name: &str) -> Checked {
    let tags = tags(name);
    together([plain(name, SHORT, breaks_line), require(tags.is_empty(), Rule::Html { tags })])
}

/// Requires a comment of up to 5,000 characters.
pub(crate) fn remark(text: &str) -> Checked {
    plain(text, 5000, is_unprintable)
}

fn markdown(text: &str, most: usize) -> Checked {
    together([plain(text, most, is_unprintable), harmless(text)])
}

/// Applies a rule to a text in each language. Reports the language that breaks it.
fn both(text: &Text, rule: impl Fn(&str) -> Checked) -> Checked {
    let texts = [("de", Some(&text.de)), ("en", text.en.as_ref())];
    let broken = texts.into_iter().filter_map(|(language, text)| Some(broken_in(language, rule(text?).err()?)));
    combined(broken.collect())
}

/// Requires 1 to `most` characters: at least one that is visible, and none for control or format.
fn plain(text: &str, most: usize, is_control: fn(char) -> bool) -> Checked {
    let is_blank = !text.is_empty() && !has_visible(text);
    together([
        length(text, most),
        require(!is_blank, Rule::NoVisibleCharacters { characters: characters(text, |_| true) }),
        without(text, is_control, |characters| Rule::ControlCharacters { characters }),
        no_format(text),
    ])
}

/// Requires 1 to `most` characters.
pub(super) fn length(text: &str, most: usize) -> Checked {
    let actual = text.chars().count();
    require((1..=most).contains(&actual), Rule::Length { min: 1, max: most, actual })
}

/// Requires that a text has no characters that control its direction or layout.
pub(super) fn no_format(text: &str) -> Checked {
    without(text, is_format, |characters| Rule::FormatCharacters { characters })
}

/// Requires that a text has no characters of a kind.
pub(super) fn without(text: &str, kind: impl Fn(char) -> bool, rule: fn(Vec<CharacterAt>) -> Rule) -> Checked {
    let characters = characters(text, kind);
    require(characters.is_empty(), rule(characters))
}

fn characters(text: &str, kind: impl Fn(char) -> bool) -> Vec<CharacterAt> {
    let found = (1..).zip(text.chars()).filter(|(_, letter)| kind(*letter));
    found.take(NAMED).map(|(position, letter)| CharacterAt::new(letter, position)).collect()
}

/// Whether a character is not allowed in XML: control characters and two noncharacters.
fn is_unprintable(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t') || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Whether a character is not allowed in a text of one line.
fn breaks_line(letter: char) -> bool {
    is_unprintable(letter) || matches!(letter, '\n' | '\t' | '\u{2028}' | '\u{2029}')
}

/// Returns what reads as HTML tags in a text. Clients show a text of one line as it is, and may not escape it.
fn tags(text: &str) -> Vec<String> {
    let begins = |next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    let tags = text.split('<').skip(1).filter(|behind| behind.starts_with(begins));
    tags.take(NAMED)
        .map(|behind| shown(&format!("<{}", behind.split_inclusive('>').next().unwrap_or_default())))
        .collect()
}

fn shown(found: &str) -> String {
    found.trim_end().chars().take(SHOWN).collect()
}

/// Requires that a text, read as Markdown, has no HTML, no images, and only links to http, https or mailto.
fn harmless(text: &str) -> Checked {
    let (mut html, mut images, mut links) = (vec![], vec![], vec![]);
    let leads_out = |link: &str| ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    for (event, range) in Parser::new(text).into_offset_iter() {
        let found = text.get(range).unwrap_or_default();
        match event {
            Event::Html(_) | Event::InlineHtml(_) => html.extend(tags(found)),
            Event::Start(Tag::Image { .. }) => images.push(shown(found)),
            Event::Start(Tag::Link { link_type, dest_url, .. })
                if link_type != LinkType::Email && !leads_out(&dest_url) =>
            {
                links.push(shown(found));
            }
            _ => {}
        }
    }
    let none_of = |fault, mut found: Vec<String>| {
        found.truncate(NAMED);
        require(found.is_empty(), Rule::Markdown { fault, found })
    };
    together([
        none_of(MarkdownFault::Html, html),
        none_of(MarkdownFault::Image, images),
        none_of(MarkdownFault::Link, links),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::language::Language;
    use crate::base::validation::violations::rules_of;

    /// The sentences about a text that breaks a rule.
    fn told(checked: Checked) -> Vec<String> {
        checked.err().iter().flat_map(rules_of).map(|rule| rule.text(Language::English)).collect()
    }

    #[test]
    fn every_fault_of_a_name_is_told_with_its_place() {
        assert_eq!(
            told(name("Amt\u{7} <Projektname>\n\u{202e}")),
            [
                "must not contain control characters; remove or replace U+0007 at position 4, U+000A at position 19",
                "must not contain characters that control the direction or the layout of text; remove U+202E at position 20",
                "must not contain HTML; omit the angle brackets or use quotation marks: <Projektname>",
            ]
        );
        assert_eq!(told(name(&"x".repeat(20_500))), ["must have 1 to 200 characters and has 20,500"]);
        assert_eq!(told(name("")), ["must have 1 to 200 characters and has 0"]);
        assert_eq!(
            told(name("\u{200b}\u{ad}")),
            ["must have a visible character and has only invisible ones: U+200B at position 1, U+00AD at position 2"]
        );
        assert!(name("👩\u{200d}💻 Bürger\u{ad}beteiligung").is_ok());
    }

    #[test]
    fn what_markdown_must_not_contain_is_shown() {
        let found =
            told(harmless("Für <Projektname> ![Bild](https://example.org/x.png) und [hier](javascript:alert(1))"));

        assert!(found[0].ends_with("put it in backticks: <Projektname>"), "{found:?}");
        assert!(found[1].ends_with(": ![Bild](https://example.org/x.png)"), "{found:?}");
        assert!(found[2].ends_with(": [hier](javascript:alert(1))"), "{found:?}");
        assert!(harmless("Für `<Projektname>`, &lt;Projektname> und a < b").is_ok());
    }
}

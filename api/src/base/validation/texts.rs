//! Validation rules of texts.

use std::ops::Range;

use entity::Text;
use pulldown_cmark::{Event, LinkType, Parser, Tag};

use super::links::sound_links;
use super::rules::{Checked, broken_in, combined, require, together};
use crate::base::characters::{has_visible, is_format, is_hidden};
use crate::base::error::{CharacterAt, MarkdownFault, Rule};
use crate::base::text_limits::{LONG, SHORT, SUMMARY};

/// Largest number of characters or tags that one violation names.
const NAMED: usize = 10;
/// Largest number of characters of a tag, an image or a link that a violation shows.
const SHOWN: usize = 60;

/// Requires Markdown of up to 500 characters in each language.
pub(crate) fn summary(text: &Text) -> Checked {
    both(text, |text| markdown(text, SUMMARY))
}

/// Requires a text of one line with up to 200 characters in each language, without HTML.
pub(crate) fn label(text: &Text) -> Checked {
    both(text, |text| {
        name(text)?;
        harmless(text)
    })
}

/// Requires Markdown of up to 20,000 characters in each language.
pub(crate) fn description(text: &Text) -> Checked {
    both(text, |text| markdown(text, LONG))
}

/// Requires a name of one line with up to 200 characters, without HTML.
pub(crate) fn name(name: &str) -> Checked {
    let tags = tags(name);
    together([plain(name, SHORT, breaks_line), require(tags.is_empty(), Rule::Html { tags })])
}

/// Requires a name without invisible characters, which would make two identifiers look the same.
pub(crate) fn identifier(identifier: &str) -> Checked {
    together([name(identifier), no_invisible(identifier)])
}

/// Requires a comment of up to 5,000 characters, which may have several lines.
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

/// Requires 1 to `most` characters: at least one visible character, and no control or format characters.
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
pub(crate) fn no_format(text: &str) -> Checked {
    without(text, is_format, |characters| Rule::FormatCharacters { characters })
}

/// Requires that a text has no characters without a glyph.
pub(crate) fn no_invisible(text: &str) -> Checked {
    without(text, is_hidden, |characters| Rule::InvisibleCharacters { characters })
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

/// Returns whether a character is not allowed in XML: control characters and two noncharacters.
fn is_unprintable(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t') || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Returns whether a character is not allowed in a text of one line.
fn breaks_line(letter: char) -> bool {
    is_unprintable(letter) || matches!(letter, '\n' | '\t' | '\u{2028}' | '\u{2029}')
}

/// Returns the parts of a text that look like HTML tags. Clients may show a text of one line without escaping it.
fn tags(text: &str) -> Vec<String> {
    let begins = |next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    let tags = text.split('<').skip(1).filter(|behind| behind.starts_with(begins));
    tags.take(NAMED)
        .map(|behind| shown(&format!("<{}", behind.split_inclusive('>').next().unwrap_or_default())))
        .collect()
}

pub(super) fn shown(found: &str) -> String {
    found.trim_end().chars().take(SHOWN).collect()
}

/// Requires that a text, read as Markdown, has no HTML, no images, and only links to http, https or mailto with valid URLs.
fn harmless(text: &str) -> Checked {
    let (mut html, mut images, mut links) = (vec![], vec![], vec![]);
    let parser = Parser::new(text);
    let mut definitions: Vec<(Range<usize>, String)> = parser
        .reference_definitions()
        .iter()
        .map(|(_, definition)| (definition.span.clone(), definition.dest.to_string()))
        .collect();
    definitions.sort_by_key(|(span, _)| span.start);
    for (event, range) in parser.into_offset_iter() {
        let found = text.get(range).unwrap_or_default();
        match event {
            Event::Html(_) | Event::InlineHtml(_) => html.extend(tags(found)),
            Event::Start(Tag::Image { .. }) => images.push(shown(found)),
            Event::Start(Tag::Link { link_type, dest_url, .. }) if link_type != LinkType::Email => {
                links.push((shown(found), dest_url.to_string()));
            }
            _ => {}
        }
    }
    for (span, url) in definitions {
        // The link that uses a definition is reported instead.
        if !links.iter().any(|(_, used)| *used == url) {
            links.push((shown(text.get(span).unwrap_or_default()), url));
        }
    }
    together([none_of(MarkdownFault::Html, html), none_of(MarkdownFault::Image, images), sound_links(&links)])
}

/// Requires that nothing with a fault was found in Markdown.
pub(super) fn none_of(fault: MarkdownFault, mut found: Vec<String>) -> Checked {
    found.truncate(NAMED);
    require(found.is_empty(), Rule::Markdown { fault, found })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::language::Language;
    use crate::base::validation::violations::rules_of;

    /// Returns the English texts of the violated rules.
    fn messages(checked: Checked) -> Vec<String> {
        checked.err().iter().flat_map(rules_of).map(|rule| rule.text(Language::English)).collect()
    }

    #[test]
    fn invalid_name_reports_rules_and_positions() {
        assert_eq!(
            messages(name("Amt\u{7} <Projektname>\n\u{202e}")),
            [
                "must not contain control characters; remove or replace U+0007 at position 4, U+000A at position 19",
                "must not contain characters that control the direction or the layout of text; remove U+202E at position 20",
                "must not contain HTML; omit the angle brackets or use quotation marks: <Projektname>",
            ]
        );
        assert_eq!(messages(name(&"x".repeat(20_500))), ["must have 1 to 200 characters and has 20,500"]);
        assert_eq!(messages(name("")), ["must have 1 to 200 characters and has 0"]);
        assert_eq!(
            messages(name("\u{200b}\u{ad}")),
            ["must have a visible character and has only invisible ones: U+200B at position 1, U+00AD at position 2"]
        );
        assert!(name("👩\u{200d}💻 Bürger\u{ad}beteiligung").is_ok());
    }

    #[test]
    fn forbidden_markdown_is_quoted() {
        let found =
            messages(harmless("Für <Projektname> ![Bild](https://example.org/x.png) und [hier](javascript:alert(1))"));

        assert!(found[0].ends_with("put it in backticks: <Projektname>"), "{found:?}");
        assert!(found[1].ends_with(": ![Bild](https://example.org/x.png)"), "{found:?}");
        assert!(found[2].ends_with(": [hier](javascript:alert(1))"), "{found:?}");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(harmless("Für `<Projektname>`, &lt;Projektname> und a < b").is_ok());
    }

    #[test]
    fn links_follow_the_rules_of_urls() {
        for (text, end) in [
            ("[x](https://a:b@example.org/)", "user name and the password from the URL: https://example.org/"),
            ("<http://10.0.0.1/x>", "link to a public address, or omit the link: http://10.0.0.1/x"),
            ("[x][1]\n\n[1]: http://nas.local/", ": http://nas.local/"),
            ("Amt\n\n[1]: http://wiki.internal/", ": http://wiki.internal/"),
            ("Amt\n\n[1]: data:text/html,x", ": [1]: data:text/html,x"),
            ("[x](<https://example.org/a|b>)", "that URLs do not allow: https://example.org/a|b"),
        ] {
            let found = messages(harmless(text));
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].ends_with(end), "{text}: {found:?}");
        }
        assert!(
            harmless("[x](https://münchen.de/@a) <https://example.org/> <a@example.org> [y](mailto:a@example.org)")
                .is_ok()
        );
    }
}

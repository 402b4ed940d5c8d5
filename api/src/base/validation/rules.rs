//! Validation rules shared by several inputs.

use chrono::NaiveDate;
use entity::{PartialDate, Text};
use pulldown_cmark::{Event, LinkType, Parser, Tag};
use url::Url;
use uuid::Uuid;
use validator::{ValidateUrl, ValidationError};

use crate::base::dates::today;
use crate::base::error::{Rule, StringFormat};
use crate::base::text_limits::{LONG, SHORT, SUMMARY};

type Checked = Result<(), ValidationError>;

/// Returns the error of a broken rule.
#[expect(clippy::needless_pass_by_value, reason = "callers make the rule for this error alone")]
pub(crate) fn broken(rule: Rule) -> ValidationError {
    let mut error = ValidationError::new("rule");
    error.add_param(RULE.into(), &rule);
    error
}

/// Name of the error parameter that contains the rule.
pub(super) const RULE: &str = "rule";

/// Returns the error of a string with another format.
pub(crate) fn other_format(expected: StringFormat) -> ValidationError {
    broken(Rule::Format { expected })
}

/// Requires a condition.
pub(crate) fn require(holds: bool, rule: Rule) -> Checked {
    if holds { Ok(()) } else { Err(broken(rule)) }
}

/// Returns the error of a rule about several members, reported at one member.
pub(crate) fn broken_at(member: &'static str, rule: Rule) -> ValidationError {
    let mut error = broken(rule);
    error.add_param(PLACES.into(), &[member]);
    error
}

/// Requires a valid slug.
pub(crate) fn slug(slug: &str) -> Checked {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let taken = slug.bytes().all(|byte| byte.is_ascii_digit()) || slug.parse::<Uuid>().is_ok();
    if (2..=100).contains(&slug.len()) && slug.split('-').all(word) && !taken {
        Ok(())
    } else {
        Err(other_format(StringFormat::Slug))
    }
}

/// Requires a text of up to 500 characters.
pub(crate) fn summary(text: &Text) -> Checked {
    texts(text, SUMMARY)
}

/// Requires a text of up to 200 characters without HTML.
pub(crate) fn label(text: &Text) -> Checked {
    texts(text, SHORT)?;
    both(text, name)
}

/// Requires a text of up to 20,000 characters.
pub(crate) fn description(text: &Text) -> Checked {
    texts(text, LONG)
}

/// Whether a character is not allowed in XML: control characters and two noncharacters.
fn unprintable(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t') || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Whether a line of plain text contains the start of an HTML tag. Clients show the line as it is, and may not escape
/// it.
fn has_tag(line: &str) -> bool {
    let begins = |next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    line.split('<').skip(1).any(|behind| behind.starts_with(begins))
}

fn texts(text: &Text, most: usize) -> Checked {
    both(text, |text| plain(text, most))?;
    both(text, |text| require(is_harmless(text), Rule::Markdown {}))
}

/// Applies a rule to a text in each language. Reports the language that breaks it.
fn both(text: &Text, rule: impl Fn(&str) -> Checked) -> Checked {
    let texts = [("de", Some(&text.de)), ("en", text.en.as_ref())];
    let broken = texts.into_iter().filter_map(|(language, text)| Some((language, rule(text?).err()?)));
    let (languages, errors): (Vec<&str>, Vec<ValidationError>) = broken.unzip();
    match errors.into_iter().next() {
        Some(mut error) => {
            error.add_param(PLACES.into(), &languages);
            Err(error)
        }
        None => Ok(()),
    }
}

/// Requires 1 to `most` characters that are not only white space, and no control characters.
fn plain(text: &str, most: usize) -> Checked {
    require(!text.trim().is_empty() && text.chars().count() <= most, Rule::Length { min: 1, max: most })?;
    require(!text.contains(unprintable), Rule::ControlCharacters {})
}

/// Whether a text, read as Markdown, has no HTML, no images, and only links to http, https or mailto.
fn is_harmless(text: &str) -> bool {
    let leads_out = |link: &str| ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    Parser::new(text).all(|event| match event {
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => false,
        Event::Start(Tag::Link { link_type: LinkType::Email, .. }) => true,
        Event::Start(Tag::Link { dest_url, .. }) => leads_out(&dest_url),
        _ => true,
    })
}

/// Requires a name of up to 200 characters without HTML.
pub(crate) fn name(name: &str) -> Checked {
    plain(name, SHORT)?;
    require(!name.contains(char::is_control), Rule::ControlCharacters {})?;
    require(!has_tag(name), Rule::Html {})
}

/// Requires a date that is not in the future.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "so the derived code calls it")]
pub(crate) fn past(day: &NaiveDate) -> Checked {
    require(*day <= today(), Rule::FutureDate {})
}

/// Requires a comment of up to 5,000 characters.
pub(crate) fn remark(text: &str) -> Checked {
    plain(text, 5000)
}

/// Requires an http or https URL of up to 2,000 characters.
pub(crate) fn web(address: &str) -> Checked {
    let http = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    require(http && address.validate_url() && address.len() <= 2000, Rule::Format { expected: StringFormat::Url })
}

/// Requires http or https URLs.
pub(crate) fn webs(addresses: &[String]) -> Checked {
    each(addresses, |address| web(address))
}

/// Applies a rule to each item of a list. Reports the index of each item that breaks it.
pub(crate) fn each<T>(list: &[T], rule: impl Fn(&T) -> Checked) -> Checked {
    let broken = list.iter().enumerate().filter_map(|(place, one)| Some((place, rule(one).err()?)));
    let (places, errors): (Vec<usize>, Vec<ValidationError>) = broken.take(50).unzip();
    match errors.into_iter().next() {
        Some(mut error) => {
            error.add_param(PLACES.into(), &places);
            Err(error)
        }
        None => Ok(()),
    }
}

/// Name of the error parameter with indexes of a list or names of members.
pub(super) const PLACES: &str = "places";

/// Requires 1 to 50 URLs of sources.
pub(crate) fn sources(addresses: &[String]) -> Checked {
    require((1..=50).contains(&addresses.len()), Rule::items(1, 50))?;
    webs(addresses)
}

/// Requires a list of up to 50 items without duplicates.
pub(crate) fn each_once<T: PartialEq>(list: &[T]) -> Checked {
    // The quadratic comparison is acceptable for up to 50 items.
    let repeated = || list.iter().enumerate().any(|(place, one)| list.iter().skip(place + 1).any(|other| other == one));
    require(list.len() <= 50, Rule::items(0, 50))?;
    require(!repeated(), Rule::DuplicateItems {})
}

/// Requires names of up to 200 characters without duplicates.
pub(crate) fn names(names: &[String]) -> Checked {
    each_once(names)?;
    each(names, |one| name(one))
}

/// Requires numbers of Sustainable Development Goals (1 to 17) without duplicates.
pub(crate) fn goals(goals: &[i16]) -> Checked {
    each_once(goals)?;
    each(goals, |goal| require((1..=17).contains(goal), Rule::range(1, 17)))
}

/// Requires a language code (ISO 639-1).
pub(crate) fn language(code: &str) -> Checked {
    let is_known =
        code.bytes().all(|letter| letter.is_ascii_lowercase()) && isolang::Language::from_639_1(code).is_some();
    require(is_known, Rule::Format { expected: StringFormat::Language })
}

/// Combines several rules. Each broken rule is reported separately.
pub(crate) fn together<const N: usize>(rules: [Checked; N]) -> Checked {
    let mut broken_ones: Vec<ValidationError> = rules.into_iter().filter_map(Result::err).collect();
    match broken_ones.len() {
        0 => Ok(()),
        1 => broken_ones.pop().map_or(Ok(()), Err),
        _ => {
            let mut all = ValidationError::new("rules");
            all.add_param(PARTS.into(), &broken_ones);
            Err(all)
        }
    }
}

/// Name of the error parameter that contains several errors.
pub(super) const PARTS: &str = "parts";

/// Requires that the end is not before the start, as far as both are known.
pub(crate) fn in_order(first: Option<&PartialDate>, last: Option<&PartialDate>) -> Checked {
    match (first, last) {
        (Some(first), Some(last))
            if last.first_day() < first.first_day() && !first.to_string().starts_with(&last.to_string()) =>
        {
            Err(broken(Rule::EndBeforeStart { start: "starts_on".to_owned(), end: "ends_on".to_owned() }))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_lies_not_before_the_beginning_as_far_as_both_are_known() {
        let date = |text: &str| PartialDate::try_from(text.to_owned()).unwrap();
        for (first, last) in [
            ("2023", "2023"),
            ("2023", "2024"),
            ("2023", "2023-01"),
            ("2023", "2023-01-01"),
            ("2023-05", "2023"),
            ("2023-05", "2023-05-01"),
            ("2023-05-07", "2023"),
            ("2023-05-07", "2023-05"),
            ("2023-05-07", "2023-05-07"),
            ("2023-12-31", "2024"),
        ] {
            assert!(in_order(Some(&date(first)), Some(&date(last))).is_ok(), "{first} to {last}");
        }
        for (first, last) in [
            ("2023", "2022"),
            ("2023", "2022-12-31"),
            ("2023-05", "2022"),
            ("2023-05", "2023-04"),
            ("2023-05", "2023-04-30"),
            ("2023-05-07", "2023-04"),
            ("2023-05-07", "2023-05-06"),
        ] {
            assert!(in_order(Some(&date(first)), Some(&date(last))).is_err(), "{first} to {last}");
        }
        assert!(in_order(None, Some(&date("2023"))).is_ok() && in_order(Some(&date("2023")), None).is_ok());
    }
}

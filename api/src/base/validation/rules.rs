//! Rules that several inputs share, and how a broken one is told.

use std::borrow::Cow;

use chrono::NaiveDate;
use entity::{PartialDate, Text};
use pulldown_cmark::{Event, LinkType, Parser, Tag};
use serde::Deserialize;
use serde_json::Value;
use url::Url;
use uuid::Uuid;
use validator::{ValidateUrl, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::base::dates::today;
use crate::base::error::Violation;
use crate::base::text_limits::{LONG, SHORT, SUMMARY};

type Checked = Result<(), ValidationError>;

/// A rule that is broken, in words.
pub(crate) fn broken(detail: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new("rule").with_message(detail.into())
}

/// A rule about the whole that is broken at one member.
pub(crate) fn broken_at(member: &'static str, detail: impl Into<Cow<'static, str>>) -> ValidationError {
    let mut error = broken(detail);
    error.add_param(PLACES.into(), &[member]);
    error
}

/// The short name of an entry in addresses.
pub(crate) fn slug(slug: &str) -> Checked {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let taken = slug.bytes().all(|byte| byte.is_ascii_digit()) || slug.parse::<Uuid>().is_ok();
    if (2..=100).contains(&slug.len()) && slug.split('-').all(word) && !taken {
        Ok(())
    } else {
        Err(broken(
            "must be 2 to 100 small letters and digits in words joined by single hyphens, and neither digits alone nor an id",
        ))
    }
}

/// A text of up to 500 characters, as summaries are.
pub(crate) fn summary(text: &Text) -> Checked {
    texts(text, SUMMARY)
}

/// A text of up to 200 characters, as names are.
pub(crate) fn label(text: &Text) -> Checked {
    texts(text, SHORT)?;
    name(&text.de)?;
    text.en.as_deref().map_or(Ok(()), name)
}

/// A text of up to 20,000 characters.
pub(crate) fn description(text: &Text) -> Checked {
    texts(text, LONG)
}

/// What stands in no XML: control characters, and two that Unicode keeps for itself.
fn unprintable(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t') || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Does a line of plain text begin a tag? It is shown as it is; whoever forgets to escape it should find none.
fn has_tag(line: &str) -> bool {
    let begins = |next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?');
    line.split('<').skip(1).any(|behind| behind.starts_with(begins))
}

fn texts(text: &Text, most: usize) -> Checked {
    let fits = |text: &String| !text.trim().is_empty() && text.chars().count() <= most && !text.contains(unprintable);
    if !fits(&text.de) || !text.en.as_ref().is_none_or(fits) {
        return Err(broken(format!(
            "must have 1 to {most} characters in German, and as many in English where there is English, and no control characters"
        )));
    }
    if harmless(&text.de) && text.en.as_deref().is_none_or(harmless) {
        Ok(())
    } else {
        Err(broken(
            "must be plain text or Markdown (CommonMark), without HTML and images, with links to http, https or mailto",
        ))
    }
}

/// Is a text, read as Markdown, free of what a page should not take from strangers?
fn harmless(text: &str) -> bool {
    let leads_out = |link: &str| ["http://", "https://", "mailto:"].iter().any(|scheme| link.starts_with(scheme));
    Parser::new(text).all(|event| match event {
        Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::Image { .. }) => false,
        Event::Start(Tag::Link { link_type: LinkType::Email, .. }) => true,
        Event::Start(Tag::Link { dest_url, .. }) => leads_out(&dest_url),
        _ => true,
    })
}

/// A name of up to 200 characters.
pub(crate) fn name(name: &str) -> Checked {
    let fits = !name.trim().is_empty() && name.chars().count() <= 200;
    if !fits || name.contains(char::is_control) || name.contains(unprintable) || has_tag(name) {
        Err(broken("must have 1 to 200 characters, none of them a control character, and no HTML"))
    } else {
        Ok(())
    }
}

/// A day that has come.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "so the derived code calls it")]
pub(crate) fn past(day: &NaiveDate) -> Checked {
    if *day <= today() { Ok(()) } else { Err(broken("must not lie in the future")) }
}

/// What people say to each other: up to 5,000 characters.
pub(crate) fn remark(text: &str) -> Checked {
    if !text.trim().is_empty() && text.chars().count() <= 5000 && !text.contains(unprintable) {
        Ok(())
    } else {
        Err(broken("must have 1 to 5,000 characters, and no control characters"))
    }
}

/// The address of a page.
pub(crate) fn web(address: &str) -> Checked {
    let http = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if http && address.validate_url() && address.len() <= 2000 {
        Ok(())
    } else {
        Err(broken("must be an address that begins with https:// or http://, of at most 2,000 characters"))
    }
}

/// Addresses of pages.
pub(crate) fn webs(addresses: &[String]) -> Checked {
    each(addresses, |address| web(address))
}

/// Holds each of a list to a rule, and names every place where it is broken.
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

/// The parameter of an error that names places in a list.
const PLACES: &str = "places";

/// Sources: an entry has at least one.
pub(crate) fn sources(addresses: &[String]) -> Checked {
    if (1..=50).contains(&addresses.len()) { webs(addresses) } else { Err(broken("must name 1 to 50 sources")) }
}

/// A list of at most 50 that names each once.
pub(crate) fn each_once<T: PartialEq>(list: &[T]) -> Checked {
    // Comparing each with each is for short lists.
    let repeated = || list.iter().enumerate().any(|(place, one)| list.iter().skip(place + 1).any(|other| other == one));
    if list.len() > 50 || repeated() { Err(broken("must be at most 50, each once")) } else { Ok(()) }
}

/// Names of up to 200 characters, each once.
pub(crate) fn names(names: &[String]) -> Checked {
    each_once(names)?;
    each(names, |one| name(one))
}

/// Sustainable Development Goals.
pub(crate) fn goals(goals: &[i16]) -> Checked {
    each_once(goals)?;
    each(goals, |goal| if (1..=17).contains(goal) { Ok(()) } else { Err(broken("must be a number from 1 to 17")) })
}

/// A language, by its code.
pub(crate) fn language(code: &str) -> Checked {
    if code.bytes().all(|letter| letter.is_ascii_lowercase()) && isolang::Language::from_639_1(code).is_some() {
        Ok(())
    } else {
        Err(broken("must be a language code of two small letters (ISO 639-1), such as de"))
    }
}

/// Several rules about the whole: each that is broken is told for itself.
pub(crate) fn together<const N: usize>(rules: [Checked; N]) -> Checked {
    let mut broken_ones: Vec<ValidationError> = rules.into_iter().filter_map(Result::err).collect();
    match broken_ones.len() {
        0 => Ok(()),
        1 => broken_ones.pop().map_or(Ok(()), Err),
        _ => {
            let mut all = broken("breaks several rules");
            all.add_param(PARTS.into(), &broken_ones);
            Err(all)
        }
    }
}

/// The parameter of an error that holds several.
const PARTS: &str = "parts";

/// The errors that an error holds, or itself.
fn parts(error: &ValidationError) -> Vec<ValidationError> {
    let parts = error.params.get(PARTS).and_then(|parts| Vec::deserialize(parts).ok());
    parts.unwrap_or_else(|| vec![error.clone()])
}

/// A day that is not before another.
pub(crate) fn in_order(first: Option<&PartialDate>, last: Option<&PartialDate>) -> Checked {
    match (first, last) {
        (Some(first), Some(last))
            if last.first_day() < first.first_day() && !first.to_string().starts_with(&last.to_string()) =>
        {
            Err(broken("`ends_on` must not be before `starts_on`"))
        }
        _ => Ok(()),
    }
}

/// Everything validation found, each with the pointer to its member.
pub(crate) fn violations(errors: &ValidationErrors) -> Vec<Violation> {
    let mut found = vec![];
    collect(errors, "", &mut found);
    found.sort_by(|left, right| left.pointer.cmp(&right.pointer));
    found
}

fn collect(errors: &ValidationErrors, path: &str, found: &mut Vec<Violation>) {
    for (member, kind) in errors.errors() {
        // Rules about the whole have no member of their own.
        let here = if *member == "__all__" { path.to_owned() } else { format!("{path}/{member}") };
        match kind {
            ValidationErrorsKind::Field(errors) => {
                let detail = |error: &ValidationError| error.message.clone().unwrap_or_else(|| error.code.clone());
                for error in errors.iter().flat_map(parts) {
                    let places = error.params.get(PLACES).and_then(Value::as_array);
                    let pointers = match places {
                        Some(places) => {
                            let place = |place: &Value| place.as_str().map_or_else(|| place.to_string(), str::to_owned);
                            places.iter().map(|at| format!("{here}/{}", place(at))).collect()
                        }
                        None => vec![here.clone()],
                    };
                    found.extend(pointers.into_iter().map(|pointer| Violation::pointer(pointer, detail(&error))));
                }
            }
            ValidationErrorsKind::Struct(errors) => collect(errors, &here, found),
            ValidationErrorsKind::List(items) => {
                for (index, errors) in items {
                    collect(errors, &format!("{here}/{index}"), found);
                }
            }
        }
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

//! Validation rules shared by several inputs.

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

/// Returns the error of a broken rule.
pub(crate) fn broken(detail: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new("rule").with_message(detail.into())
}

/// Returns the error of a rule about several members, reported at one member.
pub(crate) fn broken_at(member: &'static str, detail: impl Into<Cow<'static, str>>) -> ValidationError {
    let mut error = broken(detail);
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
        Err(broken(
            "must be 2 to 100 small letters and digits in words joined by single hyphens, and neither digits alone nor an id",
        ))
    }
}

/// Requires a text of up to 500 characters.
pub(crate) fn summary(text: &Text) -> Checked {
    texts(text, SUMMARY)
}

/// Requires a text of up to 200 characters without HTML.
pub(crate) fn label(text: &Text) -> Checked {
    texts(text, SHORT)?;
    name(&text.de)?;
    text.en.as_deref().map_or(Ok(()), name)
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

/// Whether a text, read as Markdown, has no HTML, no images, and only links to http, https or mailto.
fn harmless(text: &str) -> bool {
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
    let fits = !name.trim().is_empty() && name.chars().count() <= 200;
    if !fits || name.contains(char::is_control) || name.contains(unprintable) || has_tag(name) {
        Err(broken("must have 1 to 200 characters, none of them a control character, and no HTML"))
    } else {
        Ok(())
    }
}

/// Requires a date that is not in the future.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "so the derived code calls it")]
pub(crate) fn past(day: &NaiveDate) -> Checked {
    if *day <= today() { Ok(()) } else { Err(broken("must not lie in the future")) }
}

/// Requires a comment of up to 5,000 characters.
pub(crate) fn remark(text: &str) -> Checked {
    if !text.trim().is_empty() && text.chars().count() <= 5000 && !text.contains(unprintable) {
        Ok(())
    } else {
        Err(broken("must have 1 to 5,000 characters, and no control characters"))
    }
}

/// Requires an http or https URL of up to 2,000 characters.
pub(crate) fn web(address: &str) -> Checked {
    let http = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if http && address.validate_url() && address.len() <= 2000 {
        Ok(())
    } else {
        Err(broken("must be an address that begins with https:// or http://, of at most 2,000 characters"))
    }
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
const PLACES: &str = "places";

/// Requires 1 to 50 URLs of sources.
pub(crate) fn sources(addresses: &[String]) -> Checked {
    if (1..=50).contains(&addresses.len()) { webs(addresses) } else { Err(broken("must name 1 to 50 sources")) }
}

/// Requires a list of up to 50 items without duplicates.
pub(crate) fn each_once<T: PartialEq>(list: &[T]) -> Checked {
    // The quadratic comparison is acceptable for up to 50 items.
    let repeated = || list.iter().enumerate().any(|(place, one)| list.iter().skip(place + 1).any(|other| other == one));
    if list.len() > 50 || repeated() { Err(broken("must be at most 50, each once")) } else { Ok(()) }
}

/// Requires names of up to 200 characters without duplicates.
pub(crate) fn names(names: &[String]) -> Checked {
    each_once(names)?;
    each(names, |one| name(one))
}

/// Requires numbers of Sustainable Development Goals (1 to 17) without duplicates.
pub(crate) fn goals(goals: &[i16]) -> Checked {
    each_once(goals)?;
    each(goals, |goal| if (1..=17).contains(goal) { Ok(()) } else { Err(broken("must be a number from 1 to 17")) })
}

/// Requires a language code (ISO 639-1).
pub(crate) fn language(code: &str) -> Checked {
    if code.bytes().all(|letter| letter.is_ascii_lowercase()) && isolang::Language::from_639_1(code).is_some() {
        Ok(())
    } else {
        Err(broken("must be a language code of two small letters (ISO 639-1), such as de"))
    }
}

/// Combines several rules. Each broken rule is reported separately.
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

/// Name of the error parameter that contains several errors.
const PARTS: &str = "parts";

/// Returns the errors that an error contains, or the error itself.
fn parts(error: &ValidationError) -> Vec<ValidationError> {
    let parts = error.params.get(PARTS).and_then(|parts| Vec::deserialize(parts).ok());
    parts.unwrap_or_else(|| vec![error.clone()])
}

/// Requires that the end is not before the start, as far as both are known.
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

/// Converts validation errors to violations with JSON pointers.
pub(crate) fn violations(errors: &ValidationErrors) -> Vec<Violation> {
    let mut found = vec![];
    collect(errors, "", &mut found);
    found.sort_by(|left, right| left.pointer.cmp(&right.pointer));
    found
}

fn collect(errors: &ValidationErrors, path: &str, found: &mut Vec<Violation>) {
    for (member, kind) in errors.errors() {
        // Rules about several members have no member of their own.
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

//! Rules that several inputs share, and how a broken one is told.

use std::borrow::Cow;

use entity::{PartialDate, Text};
use pulldown_cmark::{Event, LinkType, Parser, Tag};
use url::Url;
use uuid::Uuid;
use validator::{ValidateUrl, ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::error::Violation;

type Checked = Result<(), ValidationError>;

/// A rule that is broken, in words.
pub(crate) fn broken(detail: impl Into<Cow<'static, str>>) -> ValidationError {
    ValidationError::new("rule").with_message(detail.into())
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
    texts(text, 500)
}

/// A text of up to 200 characters, as names are.
pub(crate) fn label(text: &Text) -> Checked {
    texts(text, 200)
}

/// A text of up to 20,000 characters.
pub(crate) fn description(text: &Text) -> Checked {
    texts(text, 20_000)
}

/// Control characters stand in no XML.
fn unprintable(letter: char) -> bool {
    letter.is_control() && !matches!(letter, '\n' | '\t')
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
    let fits = !name.trim().is_empty() && name.chars().count() <= 200 && !name.contains(char::is_control);
    let tags = |event| matches!(event, Event::Html(_) | Event::InlineHtml(_));
    if !fits || Parser::new(name).any(tags) {
        Err(broken("must have 1 to 200 characters, none of them a control character, and no HTML"))
    } else {
        Ok(())
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
    addresses.iter().try_for_each(|address| web(address))
}

/// Sources: an entry has at least one.
pub(crate) fn sources(addresses: &[String]) -> Checked {
    if (1..=50).contains(&addresses.len()) { webs(addresses) } else { Err(broken("must name 1 to 50 sources")) }
}

/// A list of at most 50 that names each once.
pub(crate) fn each_once<T: PartialEq>(list: &[T]) -> Checked {
    let repeated = list.iter().enumerate().any(|(place, one)| list.iter().skip(place + 1).any(|other| other == one));
    if repeated || list.len() > 50 { Err(broken("must be at most 50, each once")) } else { Ok(()) }
}

/// Names of up to 200 characters, each once.
pub(crate) fn names(names: &[String]) -> Checked {
    each_once(names)?;
    names.iter().try_for_each(|one| name(one))
}

/// Sustainable Development Goals.
pub(crate) fn goals(goals: &[i16]) -> Checked {
    each_once(goals)?;
    if goals.iter().all(|goal| (1..=17).contains(goal)) { Ok(()) } else { Err(broken("must be numbers from 1 to 17")) }
}

/// A language, by its code.
pub(crate) fn language(code: &str) -> Checked {
    if code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_lowercase()) {
        Ok(())
    } else {
        Err(broken("must be a language code of two small letters (ISO 639-1), such as de"))
    }
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
                found.extend(errors.iter().map(|error| Violation::pointer(here.as_str(), detail(error))));
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

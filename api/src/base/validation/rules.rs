//! Validation rules shared by several inputs.

use chrono::NaiveDate;
use entity::PartialDate;
use serde::Serialize;
use uuid::Uuid;
use validator::ValidationError;

use crate::base::dates::today;
use crate::base::error::{Rule, StringFormat};

pub(crate) use super::texts::{description, identifier, label, name, no_format, no_invisible, remark, summary};
pub(crate) use super::urls::{email, url, web, webs};

/// Result of a rule: an error if the value violates it.
pub(super) type Checked = Result<(), ValidationError>;

/// Returns the validation error of a violated rule.
#[expect(clippy::needless_pass_by_value, reason = "callers create the rule for this error only")]
pub(crate) fn broken(rule: Rule) -> ValidationError {
    let mut error = ValidationError::new("rule");
    error.add_param(RULE.into(), &rule);
    error
}

/// Name of the error parameter that contains the rule.
pub(super) const RULE: &str = "rule";

/// Returns the validation error of a string that has another format.
pub(crate) fn other_format(expected: StringFormat) -> ValidationError {
    broken(Rule::Format { expected })
}

/// Returns the validation error of a rule unless the condition holds.
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

/// Requires a date that is not in the future.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "so the derived code calls it")]
pub(crate) fn past(day: &NaiveDate) -> Checked {
    require(*day <= today(), Rule::FutureDate {})
}

/// Applies a rule to each item of a list. Reports the indexes of up to 50 items that violate it.
pub(crate) fn each<T>(list: &[T], rule: impl Fn(&T) -> Checked) -> Checked {
    let broken = list.iter().enumerate().filter_map(|(place, one)| Some(broken_in(place, rule(one).err()?)));
    combined(broken.take(50).collect())
}

/// Returns an error as that of a member or an item of the validated value.
pub(super) fn broken_in(place: impl Serialize, mut error: ValidationError) -> ValidationError {
    error.add_param(PLACES.into(), &[place]);
    error
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
    combined(rules.into_iter().filter_map(Result::err).collect())
}

/// Combines the errors of several rules.
pub(super) fn combined(mut errors: Vec<ValidationError>) -> Checked {
    match errors.len() {
        0 => Ok(()),
        1 => errors.pop().map_or(Ok(()), Err),
        _ => {
            let mut all = ValidationError::new("rules");
            all.add_param(PARTS.into(), &errors);
            Err(all)
        }
    }
}

/// Name of the error parameter that contains several errors.
pub(super) const PARTS: &str = "parts";

/// Requires that the end is not before the start, as far as both dates are known.
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
    use proptest::prelude::*;

    use super::*;
    use crate::base::property::config;

    #[test]
    fn end_must_not_be_before_start() {
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

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn accepted_slug_is_no_other_key(text in "[a-z0-9-]{0,102}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\\PC*") {
            if slug(&text).is_ok() {
                prop_assert!((2..=100).contains(&text.len()) && text.is_ascii(), "{}", text);
                prop_assert!(text.parse::<u128>().is_err() && text.parse::<Uuid>().is_err(), "{}", text);
                prop_assert_eq!(text.to_lowercase().split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-"), text);
            }
        }
    }
}

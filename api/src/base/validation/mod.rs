//! Validation of JSON input, which reports all violations at once.
//!
//! Deserialisation ends at the first error. Therefore each error is recorded, the invalid value is replaced by a
//! placeholder, and deserialisation is repeated. Violations of rules are reported only if they do not depend on a
//! placeholder.

mod field_error;
pub(crate) mod length;
mod links;
mod placeholder;
mod received;
pub(crate) mod rules;
mod strict;
mod texts;
mod urls;
mod violations;

use serde_json::Value;
use validator::Validate;

use self::field_error::{FieldError, all_placeholders};
use self::placeholder::{TriedPlaceholders, put_placeholder, replace};
use self::strict::{MOST, disguised, nulls};
use crate::base::error::{Error, Result, Violation};
use crate::base::language::Language;
use crate::base::validation::length::json_length;

pub(crate) use self::field_error::{escaped, rule_of};
pub(crate) use self::received::{Received, normalise};
pub(crate) use self::strict::parse;
pub(crate) use self::violations::violations;

/// Largest number of bytes of JSON that are parsed while looking for the violations of one entry. For long entries, not
/// all violations are reported at once.
const EFFORT: usize = 16 * 1024 * 1024;

/// Returns how often a value may be deserialised within `EFFORT`: at least 10 times, and at most `most` times.
fn tries(json: &Value, most: usize) -> usize {
    (EFFORT / json_length(json).max(1)).clamp(10, most)
}

/// A value with all its violations.
#[derive(Clone, Debug)]
pub(crate) struct Checked<T> {
    /// The value, which contains placeholders for invalid parts. Complete only if there are no violations. `None` if it
    /// could not be deserialised.
    pub value: Option<T>,
    /// Violations, at most 100.
    pub violations: Vec<Violation>,
    /// Pointers to the placeholders.
    replaced: Vec<String>,
}

impl<T: Received> Checked<T> {
    /// Deserialises and validates a value. `violations` are those that the parser found.
    pub(crate) fn read(mut json: Value, mut violations: Vec<Violation>) -> Self {
        normalise::<T>(&mut json);
        nulls(&json, String::new(), &mut violations);
        violations.truncate(MOST);
        let replaced = violations.iter().filter_map(|violation| violation.pointer.clone()).collect();
        let mut checked = Self { value: None, violations, replaced };
        let mut tried = TriedPlaceholders::default();
        for _ in 0..tries(&json, 2 * MOST) {
            match serde_path_to_error::deserialize::<_, T>(&json) {
                Ok(value) => {
                    let read = serde_json::to_value(&value).unwrap_or_default();
                    checked.add(disguised(&json, &read, String::new()));
                    let broken = checked.certain(&json, broken(&value), &tried);
                    checked.add(broken);
                    checked.value = Some(value);
                    break;
                }
                Err(error) => {
                    let field_error = FieldError::of(&error);
                    if !checked.covers(&field_error.pointer) {
                        checked
                            .violations
                            .push(Violation::pointer(field_error.pointer.as_str(), field_error.rule.clone()));
                        checked.replaced.push(field_error.pointer.clone());
                    }
                    if checked.violations.len() >= MOST || !put_placeholder(&mut json, &field_error, &mut tried) {
                        break;
                    }
                }
            }
        }
        checked.violations.sort_by(|left, right| left.pointer.cmp(&right.pointer));
        checked
    }

    /// Keeps the violations that remain for every placeholder of each invalid member. Otherwise a placeholder, which
    /// the caller did not send, could break a rule about several members.
    fn certain(&self, json: &Value, mut broken: Vec<Violation>, tried: &TriedPlaceholders) -> Vec<Violation> {
        let mut left = tries(json, 20 * MOST);
        for pointer in &self.replaced {
            let known = tried.known.get(pointer).map(Vec::as_slice).unwrap_or_default();
            for placeholder in std::iter::once(None).chain(all_placeholders(known).map(Some)) {
                if broken.is_empty() || left == 0 {
                    return broken;
                }
                let mut other = json.clone();
                if !replace(&mut other, pointer, placeholder) {
                    continue;
                }
                left -= 1;
                if let Ok(other) = T::deserialize(&other) {
                    let also = self::broken(&other);
                    broken.retain(|violation| also.contains(violation));
                }
            }
        }
        broken
    }
}

/// Returns the violations of the rules of a value.
fn broken(value: &impl Validate) -> Vec<Violation> {
    value.validate().err().map(|errors| violations(&errors)).unwrap_or_default()
}

impl<T> Checked<T> {
    /// Returns a valid value without violations.
    pub(crate) fn whole(value: T) -> Self {
        Self { value: Some(value), violations: vec![], replaced: vec![] }
    }

    /// Returns the value. Fails if there are violations.
    pub(crate) fn into_valid(self) -> Result<T> {
        match self.value {
            Some(value) if self.violations.is_empty() => Ok(value),
            _ => Err(Error::Invalid(self.violations)),
        }
    }

    /// Adds violations, except those about placeholders.
    pub(crate) fn add(&mut self, violations: Vec<Violation>) {
        let is_about_placeholder = |violation: &Violation| {
            let pointer = violation.pointer.as_deref().unwrap_or_default();
            let named = |replaced: &String| {
                let member = replaced.rsplit('/').next().unwrap_or_default();
                replaced.starts_with(pointer) && violation.rule.text(Language::English).contains(&format!("`{member}`"))
            };
            self.covers(pointer) || self.replaced.iter().any(named)
        };
        let reported: Vec<Violation> =
            violations.into_iter().filter(|violation| !is_about_placeholder(violation)).collect();
        self.violations.extend(reported);
        self.violations.truncate(MOST);
    }

    /// Returns whether a pointer leads to or into a placeholder.
    fn covers(&self, pointer: &str) -> bool {
        let into = |replaced: &String| pointer.strip_prefix(replaced.as_str());
        self.replaced.iter().filter_map(into).any(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::*;
    use crate::base::error::Rule;

    #[derive(Debug, Serialize, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Lamp {
        #[validate(length(min = 2))]
        name: String,
        #[validate(length(min = 2))]
        street: String,
        watts: i16,
        day: entity::PartialDate,
        kind: entity::vocabulary::Phase,
        #[validate(nested)]
        parts: Vec<Part>,
    }

    impl Received for Lamp {}
    impl Received for Span {}

    #[derive(Debug, Serialize, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Part {
        text: entity::Text,
        spare: bool,
    }

    fn pointers(json: &str) -> Vec<String> {
        let (value, violations) = parse(json.as_bytes()).unwrap();
        let checked = Checked::<Lamp>::read(value, violations);
        checked.violations.into_iter().filter_map(|violation| violation.pointer).collect()
    }

    #[test]
    fn every_violation_is_reported() {
        let json = json!({
            "name": 7, "street": "x", "day": "yesterday", "kind": "bright", "colour": "red",
            "parts": [{ "text": { "de": "Birne" }, "spare": true }, { "text": "bulb" }, { "text": { "en": "bulb" }, "spare": 0 }],
        });

        assert_eq!(
            pointers(&json.to_string()),
            [
                "/colour",
                "/day",
                "/kind",
                "/name",
                "/parts/1/spare",
                "/parts/1/text",
                "/parts/2/spare",
                "/parts/2/text/de",
                "/street",
                "/watts"
            ]
        );
    }

    #[test]
    fn value_that_is_no_object_has_one_violation_at_the_root() {
        assert_eq!(pointers("[]"), [""]);
        assert_eq!(pointers("null"), [""]);
    }

    #[test]
    fn every_missing_member_is_reported() {
        assert_eq!(pointers("{}"), ["/day", "/kind", "/name", "/parts", "/street", "/watts"]);
    }

    #[test]
    fn array_is_not_read_as_an_object() {
        let lamp = |text: &str| {
            format!(
                r#"{{"name": "Ampel", "street": "Ring", "watts": 1, "day": "2024", "kind": "strategy", "parts": [{text}]}}"#
            )
        };

        assert!(pointers(&lamp(r#"{"text": {"de": "Birne"}, "spare": true}"#)).is_empty());
        assert_eq!(pointers(&lamp(r#"{"text": ["Birne"], "spare": true}"#)), ["/parts/0/text"]);
        assert_eq!(pointers(&lamp(r#"[{"de": "Birne"}, true]"#)), ["/parts/0"]);
        assert_eq!(pointers(r#"["Ampel", "Ring", 1, "2024", "strategy", []]"#), [""]);
    }

    #[derive(Debug, Serialize, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    #[validate(schema(function = "lasts", skip_on_field_errors = false))]
    struct Span {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<i16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<i16>,
        phase: entity::vocabulary::Phase,
    }

    fn lasts(span: &Span) -> Result<(), validator::ValidationError> {
        let is_strategy = span.phase == entity::vocabulary::Phase::Strategy;
        if is_strategy && span.from.is_none() {
            return Err(rules::broken(Rule::RequiredWith { other: "phase".to_owned(), value: "strategy".to_owned() }));
        }
        match (span.from, span.to) {
            (Some(from), Some(to)) if to < from => {
                Err(rules::broken(Rule::EndBeforeStart { start: "from".to_owned(), end: "to".to_owned() }))
            }
            _ => Ok(()),
        }
    }

    #[test]
    fn rule_on_unreadable_members_reports_no_violation() {
        let pointers_of = |json: Value| {
            let checked = Checked::<Span>::read(json, vec![]);
            checked.violations.into_iter().filter_map(|violation| violation.pointer).collect::<Vec<_>>()
        };

        assert_eq!(pointers_of(json!({ "phase": "strategy" })), [""]);
        assert_eq!(pointers_of(json!({ "phase": "root" })), ["/phase"]);
        assert_eq!(pointers_of(json!({ "phase": 7 })), ["/phase"]);
        assert_eq!(pointers_of(json!({})), ["/phase"]);
        assert_eq!(pointers_of(json!({ "from": 5, "to": "soon", "phase": "completed" })), ["/to"]);
        assert_eq!(
            pointers_of(json!({ "from": 5, "to": 4, "phase": "root" })),
            ["", "/phase"],
            "the rule still applies"
        );
    }

    #[test]
    fn duplicate_members_and_nul_report_their_pointers() {
        let json = r#"{"name": "Ampel", "street": "a\u0000b", "watts": 1, "watts": 2, "day": "2024", "kind": "strategy",
                       "parts": [{"text": {"de": "x", "de": "y"}, "spare": false}]}"#;

        assert_eq!(pointers(json), ["/parts/0/text/de", "/street", "/watts"]);
    }
}

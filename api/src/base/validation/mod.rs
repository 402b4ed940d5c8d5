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
#[cfg(test)]
mod tests;
mod texts;
mod urls;
mod violations;

use serde_json::Value;
use validator::Validate;

use self::field_error::FieldError;
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
        let mut left = tries(json, 40 * MOST);
        let mut groups = tried.rounds(&self.replaced);
        while let Some(group) = groups.pop() {
            if broken.is_empty() || left == 0 {
                break;
            }
            left -= 1;
            let mut other = json.clone();
            for replacement in &group {
                replace(&mut other, &replacement.pointer, replacement.value.clone());
            }
            match T::deserialize(&other) {
                Ok(other) => {
                    let also = self::broken(&other);
                    broken.retain(|violation| also.contains(violation));
                }
                // One of them does not fit. The others are tried without it.
                Err(_) if group.len() > 1 => groups.extend(group.chunks(group.len().div_ceil(2)).map(<[_]>::to_vec)),
                Err(_) => {}
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

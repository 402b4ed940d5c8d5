//! Conversion of the errors of the crate `validator` to violations.

use serde::Deserialize;
use serde_json::{Number, Value};
use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use super::rules::{PARTS, PLACES, RULE};
use crate::base::error::{Rule, Violation};

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
                for error in errors.iter().flat_map(parts) {
                    let places = error.params.get(PLACES).and_then(Value::as_array);
                    let pointers = match places {
                        Some(places) => {
                            let place = |place: &Value| place.as_str().map_or_else(|| place.to_string(), str::to_owned);
                            places.iter().map(|at| format!("{here}/{}", place(at))).collect()
                        }
                        None => vec![here.clone()],
                    };
                    found.extend(pointers.into_iter().map(|pointer| Violation::pointer(pointer, rule(&error))));
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

/// Returns the rule that an error violates. Errors of derived checks have the codes and parameters of `validator`.
fn rule(error: &ValidationError) -> Rule {
    let number = |name| error.params.get(name).and_then(|value| Number::deserialize(value).ok());
    let size = |name| number(name).and_then(|number| usize::try_from(number.as_u64()?).ok());
    let is_list = error.params.get("value").is_some_and(Value::is_array);
    let (min, max) = (number("min"), number("max"));
    match &*error.code {
        "length" if is_list => Rule::items(size("min").unwrap_or_default(), size("max").unwrap_or(usize::MAX)),
        "length" => Rule::Length {
            min: size("min").unwrap_or_default(),
            max: size("max").unwrap_or(usize::MAX),
            actual: error.params.get("value").and_then(Value::as_str).map_or(0, |text| text.chars().count()),
        },
        "range" => match (number("exclusive_min"), min, max) {
            (Some(above), _, Some(max)) => Rule::ExclusiveRange { above, max },
            (_, Some(min), Some(max)) => Rule::Range { min, max },
            (_, min, _) => Rule::Minimum { min: min.unwrap_or_else(|| 0.into()) },
        },
        _ => match error.params.get(RULE).map(Rule::deserialize) {
            Some(Ok(rule)) => rule,
            _ => Rule::Unreadable { reason: error.code.to_string() },
        },
    }
}

/// Returns the errors that an error contains, or the error itself. Contained errors without places get those of the error.
fn parts(error: &ValidationError) -> Vec<ValidationError> {
    let Some(contained) = error.params.get(PARTS).and_then(|parts| Vec::deserialize(parts).ok()) else {
        return vec![error.clone()];
    };
    let mut all: Vec<ValidationError> = contained.iter().flat_map(parts).collect();
    if let Some(places) = error.params.get(PLACES) {
        for part in &mut all {
            part.params.entry(PLACES.into()).or_insert_with(|| places.clone());
        }
    }
    all
}

/// Returns the rules that an error violates.
#[cfg(test)]
pub(super) fn rules_of(error: &ValidationError) -> Vec<Rule> {
    parts(error).iter().map(rule).collect()
}

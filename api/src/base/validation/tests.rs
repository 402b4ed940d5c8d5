//! Tests of `Checked`.

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

fn pointers_of<T: Received>(json: Value) -> Vec<String> {
    let checked = Checked::<T>::read(json, vec![]);
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
    let pointers_of = pointers_of::<Span>;

    assert_eq!(pointers_of(json!({ "phase": "strategy" })), [""]);
    assert_eq!(pointers_of(json!({ "phase": "root" })), ["/phase"]);
    assert_eq!(pointers_of(json!({ "phase": 7 })), ["/phase"]);
    assert_eq!(pointers_of(json!({})), ["/phase"]);
    assert_eq!(pointers_of(json!({ "from": 5, "to": "soon", "phase": "completed" })), ["/to"]);
    assert_eq!(pointers_of(json!({ "from": 5, "to": 4, "phase": "root" })), ["", "/phase"], "the rule still applies");
}

thread_local! {
    static VALIDATIONS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[derive(Debug, Serialize, Deserialize, Validate)]
#[validate(schema(function = "counted", skip_on_field_errors = false))]
struct Street {
    #[validate(length(min = 2))]
    name: String,
    numbers: Vec<i16>,
}

impl Received for Street {}

#[expect(clippy::unnecessary_wraps, reason = "the signature of a rule")]
fn counted(_: &Street) -> Result<(), validator::ValidationError> {
    VALIDATIONS.set(VALIDATIONS.get() + 1);
    Ok(())
}

#[test]
fn many_invalid_members_cost_few_validations() {
    let json = json!({ "name": "x", "numbers": vec!["?"; 30] });

    assert_eq!(pointers_of::<Street>(json).len(), 31);
    assert!(VALIDATIONS.get() < 5, "{} validations", VALIDATIONS.get());
}

#[test]
fn duplicate_members_and_nul_report_their_pointers() {
    let json = r#"{"name": "Ampel", "street": "a\u0000b", "watts": 1, "watts": 2, "day": "2024", "kind": "strategy",
                   "parts": [{"text": {"de": "x", "de": "y"}, "spare": false}]}"#;

    assert_eq!(pointers(json), ["/parts/0/text/de", "/street", "/watts"]);
}

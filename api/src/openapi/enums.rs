//! Named enumerations for the values of `sort`, `facets` and `fields`, with a sentence for each value.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{Components, OpenApi, Ref, RefOr, Schema};

use super::names::of_reference;
use super::operation::operations;
use crate::base::error::RULES;

/// Meaning of the values of `sort`.
const SORTS: [(&str, &str); 23] = [
    ("adoption_count", "Number of adoptions."),
    ("ags", "Official key."),
    ("area_km2", "Area."),
    ("created_at", "Time of creation."),
    ("directory_version", "Directory version of the change."),
    ("distance", "Distance from `near`."),
    ("duration_hours", "Duration."),
    ("expires_at", "Time of expiry."),
    ("last_confirmed_on", "Date of the last confirmation."),
    ("municipality", "German alphabetical order of the municipality's title."),
    ("number", "Number of the event in its series."),
    ("population", "Population."),
    ("provider", "German alphabetical order of the provider."),
    ("relevance", "Relevance to `q`."),
    ("round", "Round of the funding programme."),
    ("round_year", "Year of the round."),
    ("slug", "Alphabetical order of the slug."),
    ("starts_on", "First day."),
    ("subject", "Alphabetical order of the subject."),
    ("submitted_at", "Time of the last submission."),
    ("title", "German alphabetical order of the title."),
    ("updated_at", "Time of the last change."),
    ("year", "Year of publication."),
];

/// Moves the enumerations of parameters to components, named after the entries that the operation returns, and describes the
/// values of enumerations.
pub(super) fn name(document: &mut OpenApi) {
    let mut components = document.components.take().unwrap_or_default();
    let mut named: BTreeMap<String, Value> = BTreeMap::new();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        let responses = json!(operation.responses);
        let Some(entry) = entry_of(&responses) else { continue };
        let filters: BTreeMap<String, String> = inline(operation.parameters.iter_mut().flatten())
            .map(|parameter| (parameter.name.clone(), parameter.description.clone().unwrap_or_default()))
            .collect();
        for parameter in inline(operation.parameters.iter_mut().flatten()) {
            let (suffix, values) = match &*parameter.name {
                "sort" => ("Sort", described(json!(parameter.schema).pointer("/enum"), sort)),
                "facets" => {
                    let meaning = |value: &str| filters.get(value).map(|text| first_sentence(text));
                    ("Facet", described(json!(parameter.schema).pointer("/items/enum"), meaning))
                }
                "fields" => ("Field", fields(&components, &entry)),
                _ => continue,
            };
            let Some(values) = values else { continue };
            let name = format!("{entry}{suffix}");
            let reference = Ref::from_schema_name(&name);
            let schema = match suffix {
                "Sort" => json!(reference),
                _ => json!({ "type": "array", "items": reference }),
            };
            parameter.schema = serde_json::from_value(schema).ok();
            named.insert(name, values);
        }
    }
    let codes = RULES.iter().map(|rule| (json!(rule.code), rule.meaning.trim().to_owned()));
    named.insert("ViolationCode".to_owned(), enumeration(codes.collect()));
    let read = named.into_iter().filter_map(|(name, schema)| Some((name, serde_json::from_value(schema).ok()?)));
    components.schemas.extend(read.collect::<Vec<(String, RefOr<Schema>)>>());
    document.components = Some(components);
}

fn inline<'p>(parameters: impl Iterator<Item = &'p mut RefOr<Parameter>>) -> impl Iterator<Item = &'p mut Parameter> {
    parameters.filter_map(|parameter| match parameter {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    })
}

/// Returns the name of the schema of the entries that an operation returns.
fn entry_of(responses: &Value) -> Option<String> {
    let content = responses.pointer("/200/content")?.as_object()?;
    let schema = content.values().next()?.pointer("/schema/$ref")?.as_str().map(of_reference)?;
    Some(schema.strip_suffix("Page").unwrap_or(schema).to_owned())
}

/// Returns the members of an entry, with the first sentences of their descriptions.
fn fields(components: &Components, entry: &str) -> Option<Value> {
    let schema = json!(components.schemas.get(entry)?);
    let properties = schema.get("properties")?.as_object()?;
    let value = |(name, property): (&String, &Value)| {
        let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
        (json!(name), first_sentence(about))
    };
    Some(enumeration(properties.iter().map(value).collect()))
}

fn sort(value: &str) -> Option<String> {
    let (name, order) = value.strip_prefix('-').map_or((value, ""), |name| (name, "Descending: "));
    let (_, meaning) = SORTS.iter().find(|(known, _)| *known == name)?;
    Some(format!("{order}{meaning}"))
}

fn described(values: Option<&Value>, meaning: impl Fn(&str) -> Option<String>) -> Option<Value> {
    let value = |value: &Value| (value.clone(), value.as_str().and_then(&meaning).unwrap_or_default());
    Some(enumeration(values?.as_array()?.iter().map(value).collect()))
}

/// Returns the schema of an enumeration, with the meaning of each value in its description.
fn enumeration(values: Vec<(Value, String)>) -> Value {
    let line = |(value, meaning): &(Value, String)| format!("* `{}`: {meaning}", value.as_str().unwrap_or_default());
    let lines: Vec<String> = values.iter().map(line).collect();
    let values: Vec<Value> = values.into_iter().map(|(value, _)| value).collect();
    json!({ "type": "string", "enum": values, "description": lines.join("\n") })
}

/// Returns the first sentence of a description, in one line.
fn first_sentence(text: &str) -> String {
    let text = text.replace('\n', " ");
    let end = text.match_indices(". ").map(|(end, _)| end + 1).next();
    end.and_then(|end| text.get(..end)).unwrap_or(&text).trim().to_owned()
}

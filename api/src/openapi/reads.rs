//! Headers, responses and formats shared by all read operations.

use serde_json::json;
use utoipa::openapi::path::{Operation, ParameterBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{Components, ObjectBuilder, RefOr, Response, Schema, Type};

use super::names::of_reference;
use super::operation::{Facts, describe, permanent_redirect, takes};
use crate::http::format::{Format, columns};

/// Description of `sort`; the schema of each resource lists the values.
const SORT: &str = "Sort order. A leading minus sorts in descending order. Ties are broken by ID. Defaults to the order in the \
    description of the operation.";
/// Additional sentences of the description, by the sort value to which they apply.
const SORTED_BY: [(&str, &str); 2] = [
    ("-relevance", " With `q`, defaults to `-relevance`, which requires `q`."),
    ("distance", " With `near`, defaults to `distance`, which requires `near`."),
];

/// Headers of cacheable responses.
const CACHED: [&str; 6] = ["Age", "Cache-Control", "Cache-Status", "ETag", "Last-Modified", "Vary"];

/// Adds headers, responses and examples.
pub(super) fn complete(facts: &Facts<'_>, operation: &mut Operation) {
    let (mut is_tagged, mut is_unversioned) = (false, facts.is_unversioned);
    let mut repeated = vec![];
    let shows_entry = facts.names_entry && takes(operation, "fields");
    let responses = &mut operation.responses.responses;
    if let Some(RefOr::T(found)) = responses.get_mut("200") {
        is_unversioned |= found.content.contains_key("text/event-stream");
        is_tagged = !is_unversioned || found.content.contains_key("application/json");
        describe(found, if is_unversioned { &["Cache-Control"] } else { &CACHED });
        describe(found, if is_tagged { &["ETag"] } else { &[] });
        describe(found, if shows_entry { &["Content-Location"] } else { &[] });
        if facts.negotiates {
            describe(found, if found.content.len() > 1 { &["Link"] } else { &[] });
            show_columns(facts, found);
        }
        let is_repeated = |name: &str| ["Content-Location", "Link"].contains(&name);
        repeated.extend(found.headers.clone().into_iter().filter(|(name, _)| is_repeated(name)));
    }
    if is_tagged {
        let mut unchanged = ResponseBuilder::new()
            .description("Not modified: the representation that the client holds is current")
            .build();
        describe(&mut unchanged, if is_unversioned { &["Cache-Control", "ETag"] } else { &CACHED });
        unchanged.headers.extend(repeated);
        responses.insert("304".to_owned(), unchanged.into());
    }
    if let Some(registration) = facts.registration.filter(|_| facts.names_entry) {
        let about =
            || format!("Returns the {}. A former slug or key redirects to the current one (308).", registration.noun);
        operation.description.get_or_insert_with(about);
    }
    if facts.names_entry {
        responses.entry("308".to_owned()).or_insert_with(permanent_redirect);
    }
}

/// Adds examples that are valid for the operation to `sort` and `fields`, and lists the available formats in `format`.
pub(super) fn exemplify(operation: &mut Operation, schemas: &Components) {
    let members = first_members(operation, schemas);
    let media: Vec<String> = match operation.responses.responses.get("200") {
        Some(RefOr::T(response)) => response.content.keys().cloned().collect(),
        _ => vec![],
    };
    let media: Vec<&str> = media.iter().map(String::as_str).collect();
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(known) = parameter else { continue };
        let described = ParameterBuilder::from(known.clone());
        match (&*known.name, &known.schema) {
            ("sort", Some(RefOr::T(Schema::Object(values)))) => {
                let first = values.enum_values.iter().flatten().next().cloned();
                let has = |value: &str| values.enum_values.iter().flatten().any(|one| one == value);
                let further = SORTED_BY.iter().filter(|(value, _)| has(value)).map(|(_, text)| *text);
                let about: String = std::iter::once(SORT).chain(further).collect();
                *parameter = described.description(Some(about)).example(first).build().into();
            }
            ("format", _) => {
                let forms = Format::ALL.iter().filter(|form| media.contains(&form.media_type()));
                let names =
                    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(forms.map(|form| form.name())));
                *parameter = described.schema(Some(names)).build().into();
            }
            ("fields", _) => *parameter = described.example(Some(json!(members))).build().into(),
            _ => {}
        }
    }
}

/// Returns the first two members of the entries in the response.
fn first_members(operation: &Operation, schemas: &Components) -> Vec<String> {
    let Some(RefOr::T(response)) = operation.responses.responses.get("200") else {
        return vec![];
    };
    let Some(RefOr::T(content)) = response.content.get("application/json") else {
        return vec![];
    };
    let Some(RefOr::Ref(whole)) = &content.schema else {
        return vec![];
    };
    let name = of_reference(&whole.ref_location).trim_start_matches("Page_");
    match schemas.schemas.get(name) {
        Some(RefOr::T(Schema::Object(object))) => object.properties.keys().take(2).cloned().collect(),
        _ => vec![],
    }
}

/// Adds the columns of the resource as example of the CSV response.
fn show_columns(facts: &Facts<'_>, response: &mut Response) {
    if let (Some(registration), Some(RefOr::T(csv))) = (facts.registration, response.content.get_mut("text/csv")) {
        csv.example = Some(json!(columns(registration.columns)));
    }
}

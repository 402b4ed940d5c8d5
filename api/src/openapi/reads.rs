//! What all operations that read have in common.

use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::AnyOfBuilder;
use utoipa::openapi::{Components, ObjectBuilder, Ref, RefOr, Response, Schema, Type};

use super::operation::{Facts, describe, moved};
use crate::http::format::{Format, columns};

/// The order of a list, which each resource describes by the values it takes.
const SORT: &str = "The order; a minus before it turns it round. Ties end in the id. Without it, lists stand in the order their \
    description names, `-relevance` where `q` is given, and `distance` where `near` is; relevance without `q` and distance \
    without `near` are no order.";

/// What a cache needs to know.
const CACHED: [&str; 4] = ["Cache-Control", "ETag", "Last-Modified", "Vary"];

/// Adds headers, answers and forms.
pub(super) fn complete(facts: &Facts<'_>, operation: &mut Operation) {
    let (has_parts, mut is_tagged) = (takes(operation, "fields"), false);
    let responses = &mut operation.responses.responses;
    if let Some(RefOr::T(found)) = responses.get_mut("200") {
        is_tagged = !facts.fleeting || found.content.contains_key("application/json");
        describe(found, if facts.fleeting { &["Cache-Control"] } else { &CACHED });
        describe(found, if is_tagged { &["ETag"] } else { &[] });
        if facts.negotiates {
            describe(found, if found.content.len() > 1 { &["Link"] } else { &[] });
            if has_parts {
                allow_part(found);
            }
            show_columns(facts, found);
        }
    }
    if is_tagged {
        let mut unchanged = ResponseBuilder::new().description("The client holds this representation already").build();
        describe(&mut unchanged, if facts.fleeting { &["Cache-Control", "ETag"] } else { &CACHED });
        responses.insert("304".to_owned(), unchanged.into());
    }
    if facts.names_entry() {
        responses.entry("308".to_owned()).or_insert_with(moved);
    }
}

/// Allows the answer to be a part of what it is without `fields`.
fn allow_part(response: &mut Response) {
    let Some(RefOr::T(content)) = response.content.get_mut("application/json") else {
        return;
    };
    let Some(RefOr::Ref(whole)) = content.schema.clone() else {
        return;
    };
    let part = Ref::new(format!("{}Part", whole.ref_location));
    content.schema = Some(AnyOfBuilder::new().item(whole).item(part).into());
}

/// Gives `sort` and `fields` examples that this operation takes, and `format` the forms it has.
pub(super) fn exemplify(operation: &mut Operation, schemas: &Components) {
    let members = shown(operation, schemas);
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
                *parameter = described.description(Some(SORT)).example(first).build().into();
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

/// The first members of the entries an operation shows.
fn shown(operation: &Operation, schemas: &Components) -> Vec<String> {
    let Some(RefOr::T(response)) = operation.responses.responses.get("200") else {
        return vec![];
    };
    let Some(RefOr::T(content)) = response.content.get("application/json") else {
        return vec![];
    };
    let Some(RefOr::Ref(whole)) = &content.schema else {
        return vec![];
    };
    let name = whole.ref_location.trim_start_matches("#/components/schemas/").trim_start_matches("Page_");
    match schemas.schemas.get(name) {
        Some(RefOr::T(Schema::Object(object))) => object.properties.keys().take(2).cloned().collect(),
        _ => vec![],
    }
}

/// Does the operation take a parameter of that name?
pub(super) fn takes(operation: &Operation, name: &str) -> bool {
    let named = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == name);
    operation.parameters.iter().flatten().any(named)
}

/// Shows the columns of a list as CSV.
fn show_columns(facts: &Facts<'_>, response: &mut Response) {
    let collection = facts.path.strip_prefix("/v1/");
    let listed = facts.registrations.iter().find(|registration| collection == Some(registration.resource.collection));
    if let (Some(listed), Some(RefOr::T(csv))) = (listed, response.content.get_mut("text/csv")) {
        csv.example = Some(json!(columns(listed.columns)));
    }
}

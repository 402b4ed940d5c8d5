//! Names of the schemas of generic types.

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, OpenApi, RefOr, Response, Schema};

use super::operation::operations;

/// Prefix of references to schemas.
const SCHEMAS: &str = "#/components/schemas/";

/// Schemas whose generated names are unclear, and their names in the document.
const RENAMED: [(&str, &str); 4] = [
    ("ParticipantInput_GroupRole", "GroupMemberInput"),
    ("ParticipantInput_PartnerRole", "PartnerInput"),
    ("WebhookMessage_FeedChange", "ChangeMessage"),
    ("WebhookMessage_SubmissionStep", "SubmissionMessage"),
];

/// Returns a reference to a schema.
pub(super) fn reference(name: &str) -> String {
    format!("{SCHEMAS}{name}")
}

/// Returns the name of the schema to which a reference points.
pub(super) fn of_reference(reference: &str) -> &str {
    reference.strip_prefix(SCHEMAS).unwrap_or(reference)
}

/// Gives schemas of generic types names that read well in generated clients: `Page_Solution` becomes `SolutionPage`.
pub(super) fn rename(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        let schemas = std::mem::take(&mut components.schemas);
        components.schemas = schemas.into_iter().map(|(name, schema)| (new_name(&name), renamed(&schema))).collect();
    }
    let webhooks = document.webhooks.iter_mut().flat_map(|webhooks| webhooks.paths.values_mut());
    document.paths.paths.values_mut().chain(webhooks).flat_map(operations).for_each(in_operation);
}

fn in_operation(operation: &mut Operation) {
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        body.content.values_mut().for_each(in_content);
    }
    operation.responses.responses.values_mut().for_each(in_response);
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            parameter.schema = parameter.schema.as_ref().map(renamed);
        }
    }
}

fn in_response(response: &mut RefOr<Response>) {
    if let RefOr::T(response) = response {
        response.content.values_mut().for_each(in_content);
    }
}

fn in_content(content: &mut RefOr<Content>) {
    if let RefOr::T(content) = content {
        content.schema = content.schema.as_ref().map(renamed);
    }
}

fn new_name(name: &str) -> String {
    let renamed = RENAMED.iter().find(|(generic, _)| *generic == name).map(|(_, renamed)| (*renamed).to_owned());
    renamed.or_else(|| name.strip_prefix("Page_").map(|item| format!("{item}Page"))).unwrap_or_else(|| name.to_owned())
}

/// Returns a schema with the new names in its references.
fn renamed(schema: &RefOr<Schema>) -> RefOr<Schema> {
    let mut json = serde_json::to_value(schema).unwrap_or_default();
    rename_references(&mut json);
    serde_json::from_value(json).unwrap_or_else(|_| schema.clone())
}

fn rename_references(json: &mut Value) {
    match json {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(name) = reference.strip_prefix(SCHEMAS)
            {
                *reference = self::reference(&new_name(name));
            }
            members.values_mut().for_each(rename_references);
        }
        Value::Array(items) => items.iter_mut().for_each(rename_references),
        _ => {}
    }
}

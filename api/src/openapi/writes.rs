//! Parameters, bodies and responses shared by all write operations.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::IntoParams;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, Required, Response, Type};

use super::inputs::patch_name;
use super::names::of_reference;
use super::operation::{Facts, describe, permanent_redirect, takes};
use crate::http::MAX_BODY;
use crate::write::WriteParams;
use crate::write::input::MAX_BYTES;

/// Responses by status.
type Responses = BTreeMap<String, RefOr<Response>>;

// Descriptions of the operations on entries.
const CREATE: &str = "Creates an entry. Reports all violations in one response (422). Send an `Idempotency-Key` to \
    retry the request safely.";
const CREATE_MANY: &str = "Creates up to 1,000 entries, which may refer to each other: all of them or none. With `mode=each`, creates \
    the valid entries and returns 207 with a problem for each invalid entry.";
const REPLACE: &str = "Replaces the entry: members left out of the body are removed. Requires `If-Match` or `If-None-Match: *`. With \
    `If-None-Match: *`, creates the entry under the slug in the path, or fails with 412 if the entry exists. The `entry` of a \
    revision from the history is a valid body, and so is the body of GET: read-only members are ignored, and links are accepted \
    instead of keys.";
const CHANGE: &str = "Applies a merge patch (RFC 7396): members in the body get new values, `null` removes a member, and lists are \
    replaced as a whole.";
const DELETE: &str = "Deletes the entry. Fails with 409 while other entries refer to the entry; the problem lists them. After the \
    deletion, requests for the entry return 410.";

/// Adds the description, parameters and responses.
pub(super) fn complete(facts: &Facts<'_>, operation: &mut Operation) {
    let (method, many) = (facts.method, facts.is_batch);
    if !facts.returns_secret {
        let about = match method {
            "post" if many => CREATE_MANY,
            "post" => CREATE,
            "put" => REPLACE,
            "patch" => CHANGE,
            _ => DELETE,
        };
        operation.description.get_or_insert_with(|| about.to_owned());
        let parameters = operation.parameters.get_or_insert_default();
        // Outside the directory, `PUT` creates nothing and `Prefer` has no effect.
        let header_method = if facts.is_unversioned && method == "put" { "patch" } else { method };
        let taken =
            headers(header_method, many).into_iter().filter(|header| !facts.is_unversioned || header.name != "Prefer");
        parameters.extend(taken.map(RefOr::T));
    }
    if !many {
        let dry_run = WriteParams::into_params(|| Some(ParameterIn::Query)).into_iter().map(RefOr::T);
        operation.parameters.get_or_insert_default().extend(dry_run);
    }
    let may_be_minimal = takes(operation, "Prefer");
    add_responses(facts, &mut operation.responses.responses, may_be_minimal);
    if let Some(RefOr::T(body)) = operation.request_body.as_mut() {
        body.description.get_or_insert_with(|| limits(facts));
    }
    if let (Some(RefOr::T(body)), "patch") = (operation.request_body.as_mut(), method) {
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content
                && let Some(RefOr::Ref(input)) = content.schema.clone()
            {
                let patch = Ref::from_schema_name(patch_name(of_reference(&input.ref_location)));
                *content = ContentBuilder::from(content.clone()).schema(Some(patch)).build();
            }
        }
    }
}

/// Describes the body and its maximum size.
fn limits(facts: &Facts<'_>) -> String {
    let most = format!("1 MiB ({MAX_BYTES} bytes) as compact JSON in UTF-8; larger content is a violation (422)");
    let is_entry = facts.registration.is_some();
    let about = match facts.method {
        "post" if is_entry && facts.is_batch => {
            format!("A list of 1 to 1,000 entries, each up to {most}. ")
        }
        "patch" if is_entry => format!("The members to change. The resulting entry may have up to {most}. "),
        _ if is_entry => format!("The entry, up to {most}. "),
        _ => String::new(),
    };
    format!(
        "{about}White space at the ends of texts is removed, line breaks become line feeds, and letters are composed (Unicode \
         Normalisation Form C). The body may have up to {} MiB; a larger body is refused (413).",
        MAX_BODY >> 20
    )
}

/// Adds the responses and their headers.
fn add_responses(facts: &Facts<'_>, responses: &mut Responses, may_be_minimal: bool) {
    let (method, many) = (facts.method, facts.is_batch);
    let creates = responses.contains_key("201");
    let shown = responses.get("200").cloned();
    if method == "put" && !facts.is_unversioned {
        // A created entry has the same representation as a replaced one.
        responses.extend(shown.clone().map(|created| ("201".to_owned(), created)));
    }
    if many {
        responses.extend(shown.map(|multi_status| ("207".to_owned(), multi_status)));
    }
    if may_be_minimal {
        let minimal = ResponseBuilder::new().description("Success. `Prefer: return=minimal` omits the body").build();
        responses.insert("204".to_owned(), minimal.into());
    }
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        let entry = !many && !facts.is_unversioned && method != "delete";
        let is_created = status == "201" || status == "204" && method == "post" && creates;
        describe(response, if is_created { &["Location"] } else { &[] });
        describe(response, if entry { &["ETag"] } else { &[] });
        describe(response, if status == "204" && entry { &["Preference-Applied"] } else { &[] });
        describe(response, &["Cache-Control"]);
    }
    if facts.names_entry {
        responses.insert("308".to_owned(), permanent_redirect());
    }
}

/// A request header.
struct RequestHeader {
    name: &'static str,
    about: &'static str,
    pattern: Option<&'static str>,
    example: &'static str,
    required: Required,
}

const PREFER: RequestHeader = RequestHeader {
    name: "Prefer",
    about: "`return=minimal` omits the response body.",
    pattern: None,
    example: "return=minimal",
    required: Required::False,
};
const IDEMPOTENCY_KEY: RequestHeader = RequestHeader {
    name: "Idempotency-Key",
    about: "Unique key of the request, such as a UUID. A retry with the same key within 24 hours gets the stored response.",
    pattern: Some(r#"^([!#-~]{1,255}|"[!#-~]{1,255}")$"#),
    example: "7b1c8f9e-2a51-4f6e-9d0a-3f1f6c1d2e4b",
    required: Required::False,
};
const IF_MATCH: RequestHeader = RequestHeader {
    name: "If-Match",
    about: "`ETag` of the entry as read, or `*` for any. Fails with 412 if the entry has changed.",
    pattern: Some(r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#),
    example: "*",
    required: Required::True,
};
const IF_NONE_MATCH: RequestHeader = RequestHeader {
    name: "If-None-Match",
    about: "`*` creates the entry. Fails with 412 if it exists.",
    pattern: Some(r"^\*$"),
    example: "*",
    required: Required::False,
};

/// Returns the request headers of a method.
fn headers(method: &str, many: bool) -> Vec<Parameter> {
    let taken = match method {
        "post" if many => vec![IDEMPOTENCY_KEY],
        "post" => vec![IDEMPOTENCY_KEY, PREFER],
        "put" => vec![RequestHeader { required: Required::False, ..IF_MATCH }, IF_NONE_MATCH, PREFER],
        "patch" => vec![IF_MATCH, PREFER],
        _ => vec![IF_MATCH],
    };
    let header = |RequestHeader { name, about, pattern, example, required }: RequestHeader| {
        let text = ObjectBuilder::new().schema_type(Type::String).pattern(pattern);
        let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(required);
        header.description(Some(about)).schema(Some(text)).example(Some(json!(example))).build()
    };
    taken.into_iter().map(header).collect()
}

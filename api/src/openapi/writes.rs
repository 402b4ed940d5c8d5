//! What all operations that write have in common.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Ref, RefOr, Required, Response, Type};

use super::operation::{Facts, describe, moved};
use crate::http::MAX_BODY;
use crate::write::input::MAX_BYTES;

/// Answers by status.
type Responses = BTreeMap<String, RefOr<Response>>;

/// What is said of every operation of a kind.
const CREATE: &str = "The entry is checked as a whole, and every violation is named at once. An `Idempotency-Key` makes it safe to \
    repeat the request.";
const CREATE_MANY: &str = "Up to 1,000 entries, which may name each other. With `mode=each`, those that nothing is wrong with are created, \
    and the answer is 207 with the problem of each other one.";
const REPLACE: &str = "What is left out is removed. With `If-None-Match: *`, the entry is created under the slug in the address, if \
    there is none. An old state from the history can be sent as it is.";
const CHANGE: &str =
    "A merge patch (RFC 7396): members that are named get new values, `null` removes one, lists are replaced whole.";
const DELETE: &str =
    "An entry that others refer to stays, and the problem names them. What is deleted answers 410 from then on.";

/// Adds parameters, answers and what they mean.
pub(super) fn complete(facts: &Facts<'_>, operation: &mut Operation) {
    let (method, many) = (facts.method, facts.path.ends_with("/batch"));
    // Answers that hold a secret are not kept for those who ask again.
    let secret = facts.path == "/v1/webhooks" || facts.path.ends_with("/secret");
    if !(facts.path.starts_with("/v1/tokens") || method == "post" && secret) {
        let about = match method {
            "post" if many => CREATE_MANY,
            "post" => CREATE,
            "put" => REPLACE,
            "patch" => CHANGE,
            _ => DELETE,
        };
        operation.description.get_or_insert_with(|| about.to_owned());
        let parameters = operation.parameters.get_or_insert_default();
        // What is no entry of the directory is neither spared nor made by replacing.
        let alike = if facts.fleeting && method == "put" { "patch" } else { method };
        let taken = headers(alike, many).into_iter().filter(|header| !facts.fleeting || header.name != "Prefer");
        parameters.extend(taken.map(RefOr::T));
    }
    answer(facts, many, &mut operation.responses.responses);
    if let Some(RefOr::T(body)) = operation.request_body.as_mut() {
        body.description.get_or_insert_with(|| limits(facts));
    }
    if let (Some(RefOr::T(body)), "patch") = (operation.request_body.as_mut(), method) {
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content
                && let Some(RefOr::Ref(input)) = content.schema.clone()
            {
                let name = input.ref_location.rsplit('/').next().unwrap_or_default();
                let patch = Ref::from_schema_name(name.trim_end_matches("Input").to_owned() + "Patch");
                *content = ContentBuilder::from(content.clone()).schema(Some(patch)).build();
            }
        }
    }
}

/// Says how long a body may be, and what is in it.
fn limits(facts: &Facts<'_>) -> String {
    let most = format!("1 MiB ({MAX_BYTES} bytes) as compact JSON in UTF-8; a longer one is a violation (422)");
    let collection = facts.path.split('/').nth(2).unwrap_or_default();
    let is_entry = facts.registrations.iter().any(|registration| registration.resource.collection == collection);
    let has_content = collection == "submissions" && (facts.method != "post" || facts.path.matches('/').count() == 2);
    let about = match facts.method {
        "post" if is_entry && facts.path.ends_with("/batch") => {
            format!("A list of 1 to 1,000 entries. Each may have up to {most}. ")
        }
        "patch" if is_entry => format!("The members to change. The entry that results may have up to {most}. "),
        _ if is_entry => format!("The entry. It may have up to {most}. "),
        _ if has_content => format!("The `content`, once it is changed, may have up to {most}. "),
        _ => String::new(),
    };
    format!("{about}The body may have up to {} MiB; a longer one is refused (413).", MAX_BODY >> 20)
}

/// Adds what is answered, and its headers.
fn answer(facts: &Facts<'_>, many: bool, responses: &mut Responses) {
    let method = facts.method;
    let shown = responses.get("200").cloned();
    if method == "put" && !facts.fleeting {
        // One that was created is shown as one that was replaced.
        responses.extend(shown.clone().map(|created| ("201".to_owned(), created)));
    }
    if many {
        responses.extend(shown.map(|told| ("207".to_owned(), told)));
    }
    if matches!(method, "put" | "patch") && !facts.fleeting {
        let spared = ResponseBuilder::new().description("It is done, and no entry was wanted back").build();
        responses.insert("204".to_owned(), spared.into());
    }
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        let entry = !many && !facts.fleeting && method != "delete";
        describe(response, if status == "201" { &["Location"] } else { &[] });
        describe(response, if entry { &["ETag"] } else { &[] });
        describe(response, if status == "204" && entry { &["Preference-Applied"] } else { &[] });
        describe(response, &["Cache-Control"]);
    }
    if facts.names_entry() {
        responses.insert("308".to_owned(), moved());
    }
}

/// The headers that a kind of write takes.
fn headers(method: &str, many: bool) -> Vec<Parameter> {
    let minimal = ("Prefer", "`return=minimal` spares the entry in the answer.", "return=minimal", Required::False);
    let key = (
        "Idempotency-Key",
        "A text of your own, such as a UUID, for this request alone: repeated within 24 hours, it gets the same answer.",
        "7b1c8f9e-2a51-4f6e-9d0a-3f1f6c1d2e4b",
        Required::False,
    );
    let read = |required| ("If-Match", "The `ETag` of what you have read, or `*` for whatever it is.", "*", required);
    let none = ("If-None-Match", "`*` creates the entry, if there is none.", "*", Required::False);
    let taken = match method {
        "post" if many => vec![key],
        "post" => vec![key, minimal],
        "put" => vec![read(Required::False), none, minimal],
        "patch" => vec![read(Required::True), minimal],
        _ => vec![read(Required::True)],
    };
    let header = |(name, about, example, required): (&str, &str, &str, Required)| {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(required);
        header.description(Some(about)).schema(Some(text)).example(Some(json!(example))).build()
    };
    taken.into_iter().map(header).collect()
}

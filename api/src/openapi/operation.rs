//! Properties of an operation, and the descriptions of response headers.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn, PathItem};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{ObjectBuilder, RefOr, Response, Type};

use super::{RUNNING, ui};
use crate::resources::Registration;
use crate::services::{problems, submissions, tokens, webhooks};

/// Properties that determine the responses of an operation.
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct Facts<'o> {
    /// The resource that the operation belongs to.
    pub registration: Option<&'o Registration>,
    pub method: &'o str,
    /// The tag of the operation.
    pub tag: String,
    /// Whether the path has a parameter, whose value may not exist.
    pub has_path_parameter: bool,
    /// Whether the path contains the key of an entry.
    pub names_entry: bool,
    /// Whether the body is a list of entries.
    pub is_batch: bool,
    /// Whether the response contains a secret. Such a response is not stored, so the operation takes no `Idempotency-Key`.
    pub returns_secret: bool,
    /// Whether the operation needs the database.
    pub uses_database: bool,
    /// Whether the response format is negotiated.
    pub negotiates: bool,
    /// Whether the operation requires a token.
    pub guarded: bool,
    /// Whether the response is independent of the directory version and has no `Last-Modified`.
    pub is_unversioned: bool,
}

/// Extension that marks handlers whose response contains a secret. It is removed from the document.
const RETURNS_SECRET: &str = "x-returns-secret";

impl<'o> Facts<'o> {
    pub(super) fn of(method: &'o str, operation: &mut Operation, registrations: &'o [Registration]) -> Self {
        let tag = operation.tags.iter().flatten().next().map(String::as_str).unwrap_or_default();
        let registration = registrations.iter().find(|registration| registration.resource.collection == tag);
        let is_private = [submissions::TAG, webhooks::TAG].contains(&tag);
        let is_operational = [RUNNING, tokens::TAG].contains(&tag);
        let uses_database = ![ui::TAG, problems::TAG, RUNNING].contains(&tag);
        let guarded = operation.security.is_some();
        let in_path = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path);
        Self {
            registration,
            method,
            tag: tag.to_owned(),
            has_path_parameter: operation.parameters.iter().flatten().any(in_path),
            names_entry: takes(operation, "key"),
            is_batch: takes(operation, "mode"),
            returns_secret: operation.extensions.take().is_some_and(|found| found.contains_key(RETURNS_SECRET)),
            uses_database,
            negotiates: takes(operation, "format"),
            guarded,
            is_unversioned: is_operational || guarded && is_private,
        }
    }
}

impl Facts<'_> {
    pub(super) fn is_about(&self, tag: &str) -> bool {
        self.tag == tag
    }
}

/// Returns the operations of a path.
pub(super) fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten()
}

/// Returns whether an operation takes a parameter of that name.
pub(super) fn takes(operation: &Operation, name: &str) -> bool {
    let named = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == name);
    operation.parameters.iter().flatten().any(named)
}

/// Returns the response for a former slug.
pub(super) fn permanent_redirect() -> RefOr<Response> {
    let mut response = ResponseBuilder::new()
        .description("The key is a former slug or official key. `Location` has the current one")
        .build();
    describe(&mut response, &["Location"]);
    response.into()
}

/// Adds headers to a response.
pub(super) fn describe(response: &mut Response, headers: &[&str]) {
    for name in headers {
        let text = match *name {
            "Age" => "Seconds since the response was current. Omitted unless the database is unavailable.",
            "Cache-Control" => "Cache lifetime of the response.",
            "Cache-Status" => {
                "`Transferatlas; hit; ttl=-AGE` if the response may be outdated, because the database is unavailable (RFC 9211). \
                 Otherwise omitted."
            }
            "ETag" => {
                "Strong entity tag of the representation. Send it in `If-None-Match`, or for a single entry in `If-Match`."
            }
            "Last-Modified" => "Time of the last change: of the entry, or otherwise of any entry in the directory.",
            "Content-Location" => "Path of the entry by its slug. Omitted with `fields`.",
            "Vary" => "Request headers that select the representation.",
            "Link" => "Next page (`rel=\"next\"`, omitted on the last page) and other formats (`rel=\"alternate\"`).",
            "Location" => "Path of the entry, or of the request with the current key.",
            "Preference-Applied" => "`return=minimal` when the body is omitted.",
            "API-Version" => "Version of this document.",
            "Content-Language" => "Language of the texts: `de` or `en`.",
            "WWW-Authenticate" => "Reason why the token was refused.",
            "RateLimit" => {
                "Points that are left (`r`) of a rate limit, and seconds until all of them are (`t`), such as `\"reads\";r=5999;t=1`."
            }
            "RateLimit-Policy" => "Points per period (`q`) and its seconds (`w`), such as `\"reads\";q=6000;w=3600`.",
            "Retry-After" => "Seconds to wait before the next attempt.",
            _ => "ID of the request in the log. A valid `X-Request-Id` header of the request is returned unchanged.",
        };
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build();
        response.headers.insert((*name).to_owned(), header.into());
    }
}

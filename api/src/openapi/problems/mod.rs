//! Problem responses of operations, with an example of each problem.

mod examples;

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, RETRY_AFTER};
use anyhow::anyhow;
use serde_json::json;
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::{Components, ContentBuilder, Object, Ref, RefOr, Response, Schema};

use self::examples::{gone, header, of_operation, outside_municipality, referrer, retired_key, taken};
use super::RUNNING;
use super::names::of_reference;
use super::operation::{Facts, describe, takes};
use crate::auth::SCOPES;
use crate::base::error::{
    Error, JsonType, Problem, ProblemType, RateLimit, Rule, StringFormat, TokenError, UrlFault, Violation,
};
use crate::http::{BODY_TIMEOUT, MAX_BODY, MAX_CLIENT_EXPORTS, MAX_URL};
use crate::model::catalog::MUNICIPALITIES;
use crate::services::{submissions, tokens};

/// Adds the problems that an operation may respond with.
pub(super) fn complete(facts: &Facts<'_>, operation: &mut Operation, schemas: &Components) {
    let mut by_status: BTreeMap<StatusCode, Vec<Error>> = BTreeMap::new();
    for error in (Examples { facts, operation, schemas }).errors() {
        by_status.entry(error.problem_type().status).or_default().push(error);
    }
    for (status, errors) in by_status {
        let problem = || response(&errors).into();
        operation.responses.responses.entry(status.as_str().to_owned()).or_insert_with(problem);
    }
}

/// Returns the response with the problems of a status.
fn response(errors: &[Error]) -> Response {
    let links: Vec<String> = errors
        .iter()
        .map(Error::problem_type)
        .map(|ProblemType { name, title, .. }| format!("[{}](/problems/{name})", title.english))
        .collect();
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem")));
    let content = content.examples_from_iter(errors.iter().map(example)).build();
    let response = ResponseBuilder::new().description(links.join(", ")).content("application/problem+json", content);
    let mut response = response.build();
    describe(&mut response, &["API-Version", "Cache-Control", "Content-Language", "Vary", "X-Request-Id"]);
    for (header, _) in errors.iter().filter_map(Error::header) {
        let name = if header == ETAG {
            "ETag"
        } else if header == RETRY_AFTER {
            "Retry-After"
        } else {
            "WWW-Authenticate"
        };
        describe(&mut response, &[name]);
    }
    if errors.iter().any(|error| matches!(error, Error::RateLimited { .. })) {
        describe(&mut response, &["RateLimit", "RateLimit-Policy"]);
    }
    response
}

fn example(error: &Error) -> (String, Example) {
    let ProblemType { name, title, .. } = error.problem_type();
    let problem = ExampleBuilder::new().summary(title.english).value(Some(json!(Problem::from(error))));
    (name.to_owned(), problem.build())
}

/// Examples of the problems of an operation.
struct Examples<'e> {
    facts: &'e Facts<'e>,
    operation: &'e Operation,
    schemas: &'e Components,
}

impl Examples<'_> {
    /// Returns an error for each problem that the operation may respond with.
    fn errors(&self) -> Vec<Error> {
        let facts = self.facts;
        let mut errors = vec![
            Error::Parameters(vec![self.parameter()]),
            Error::Address(UrlFault::Escape),
            Error::TooLong(MAX_URL),
            Error::TooLarge(MAX_BODY),
            Error::Coding,
            Error::Refused(TokenError::Expired),
            Error::internal(anyhow!("")),
        ];
        if facts.guarded {
            errors.insert(0, Error::Unauthenticated);
            errors.extend(self.scope().map(Error::Forbidden));
        }
        if facts.is_about(tokens::TAG) && self.scope().is_some() {
            errors.push(Error::Bound);
        }
        errors.extend(self.of_clients());
        if facts.has_path_parameter {
            errors.push(MUNICIPALITIES.not_found("atlantis"));
        }
        if facts.names_entry {
            errors.push(gone());
            errors.extend(facts.is_about(MUNICIPALITIES.collection).then(retired_key));
        }
        if facts.negotiates {
            errors.extend(self.of_formats());
        }
        if facts.uses_database {
            errors.push(Error::Unavailable(anyhow!("")));
        }
        if facts.method != "get" {
            errors.extend(self.of_write());
        }
        let id = self.operation.operation_id.as_deref().unwrap_or_default();
        errors.extend(of_operation(id));
        let has_current = ["put", "patch", "delete"].contains(&facts.method) || id == "create_submission_action";
        let complete = |error: Error| if has_current { self.with_current(error) } else { error };
        errors.into_iter().map(complete).collect()
    }

    /// Returns the errors of clients with too many requests, from which the operations of operators are exempt.
    fn of_clients(&self) -> Vec<Error> {
        if self.facts.is_about(RUNNING) {
            return vec![];
        }
        vec![Error::RateLimited { limit: self.rate_limit(), seconds: 4 }, Error::TooManyConnections]
    }

    /// Returns the rate limit that applies to most requests of the operation.
    fn rate_limit(&self) -> RateLimit {
        match self.facts.method {
            "get" if self.operation.operation_id.as_deref() == Some("search") => RateLimit::Searches,
            "get" => RateLimit::Reads,
            _ => RateLimit::Writes,
        }
    }

    fn of_formats(&self) -> Vec<Error> {
        let media_types = self.media_types();
        let mut errors = vec![];
        if media_types.contains("ndjson") {
            errors.extend([Error::TooManyExports, Error::ConcurrentExports(MAX_CLIENT_EXPORTS)]);
        }
        errors.push(Error::NotAcceptable(media_types));
        errors
    }

    /// Adds the current state to a failed precondition or a conflict.
    fn with_current(&self, error: Error) -> Error {
        let current = match self.facts.registration {
            Some(_) => json!({ "slug": "smart-parking", "title": { "de": "Parken" } }),
            None => json!({ "id": "0197f2a0-0000-7000-8000-000000000000", "revision": 18 }),
        };
        error.with_current(current.to_string(), "\"18-4f6e9d0a\"".to_owned())
    }

    fn of_write(&self) -> Vec<Error> {
        let facts = self.facts;
        let mut errors = vec![
            Error::Json(Box::new(Violation::line(
                3,
                Rule::JsonSyntax { reason: "expected `:` at line 3 column 12".to_owned() },
            ))),
            Error::MediaType(if facts.method == "patch" { "application/merge-patch+json" } else { "application/json" }),
            Error::Slow(BODY_TIMEOUT.as_secs()),
            Error::Invalid(vec![self.member()]),
            Error::ReadOnly,
            Error::Unwritable(anyhow!("")),
            Error::Full(anyhow!("")),
            Error::Origin,
        ];
        if facts.registration.is_some() || facts.is_about(submissions::TAG) {
            errors.push(outside_municipality());
        }
        if facts.registration.is_some() && facts.method != "delete" {
            errors.push(Error::Taken(vec![taken(if facts.is_batch { "/0/slug" } else { "/slug" })]));
        }
        if takes(self.operation, "Idempotency-Key") {
            errors.push(Error::Header(vec![header("Idempotency-Key", StringFormat::IdempotencyKey)]));
            errors.extend([Error::InFlight, Error::KeyReused]);
        } else if facts.method == "post" {
            errors.push(Error::Header(vec![Violation::header("Idempotency-Key", Rule::NotRepeatable {})]));
        }
        if takes(self.operation, "If-Match") {
            errors.push(Error::Header(vec![header("If-Match", StringFormat::EntityTag)]));
            errors.extend([Error::PreconditionRequired, Error::PreconditionFailed]);
        }
        if takes(self.operation, "If-None-Match") {
            errors.push(Error::AlreadyExists);
        }
        if facts.registration.is_some() && facts.method == "delete" {
            errors.push(Error::Referenced(vec![referrer()], 1));
        }
        errors
    }

    /// Returns an example of a violation: of a parameter that the operation has in every format, or of an unknown parameter.
    fn parameter(&self) -> Violation {
        let boolean = |name: &str| {
            let rule = Rule::Type { expected: JsonType::Boolean };
            takes(self.operation, name).then(|| Violation::parameter(name, rule))
        };
        let unknown = || Rule::UnknownParameter { field: "page".to_owned(), allowed: self.query_parameters() };
        let known = boolean("highlight").or_else(|| boolean("dry_run"));
        known.unwrap_or_else(|| Violation::parameter("page", unknown()))
    }

    fn query_parameters(&self) -> Vec<String> {
        let name = |parameter: &RefOr<Parameter>| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(parameter.name.clone()),
            _ => None,
        };
        self.operation.parameters.iter().flatten().filter_map(name).collect()
    }

    /// Returns a violation of the first member of the body.
    fn member(&self) -> Violation {
        let body = self.body();
        if let Some(member) = body.and_then(|body| body.required.first()) {
            return Violation::pointer(format!("/{member}"), Rule::Missing {});
        }
        match body.and_then(|body| body.properties.iter().next()) {
            Some((member, schema)) => {
                let is_text = json!(schema).get("type").is_some_and(|kind| kind == "string");
                let expected = if is_text { JsonType::String } else { JsonType::Object };
                Violation::pointer(format!("/{member}"), Rule::Type { expected })
            }
            None if self.facts.is_batch => Violation::pointer("/0/slug", Rule::Missing {}),
            None => {
                let unknown = Rule::UnknownMember { field: "comment".to_owned(), allowed: vec![] };
                Violation::pointer("/comment", unknown)
            }
        }
    }

    /// Returns the schema of the body.
    fn body(&self) -> Option<&Object> {
        let Some(RefOr::T(body)) = &self.operation.request_body else { return None };
        let RefOr::T(content) = body.content.values().next()? else { return None };
        let RefOr::Ref(schema) = content.schema.as_ref()? else { return None };
        match self.schemas.schemas.get(of_reference(&schema.ref_location))? {
            RefOr::T(Schema::Object(object)) => Some(object),
            _ => None,
        }
    }

    /// Returns the scope that the operation requires.
    fn scope(&self) -> Option<&'static str> {
        let requirements = json!(self.operation.security);
        let required = requirements.pointer("/0/token/0")?.as_str()?;
        SCOPES.iter().map(|(scope, _)| *scope).find(|scope| *scope == required)
    }

    /// Returns the media types of the response.
    fn media_types(&self) -> String {
        let found = match self.operation.responses.responses.get("200") {
            Some(RefOr::T(response)) => response.content.keys().cloned().collect(),
            _ => vec![],
        };
        found.join(", ")
    }
}

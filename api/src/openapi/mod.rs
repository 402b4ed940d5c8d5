//! Assembly of the OpenAPI document.

mod contents;
mod entries;
mod enums;
mod formats;
mod inputs;
mod links;
mod names;
mod operation;
mod problems;
mod reads;
mod redirects;
mod shared;
pub(crate) mod ui;
mod webhook_docs;
mod writes;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, Deprecated, Ref, RefOr, Response, Schema};
use utoipa::{OpenApi, openapi};

use self::operation::{Facts, describe, operations};
use crate::auth::SCOPES;
use crate::base::error::{EditConflict, Problem, Violation};
use crate::base::public_url::PublicUrl;
use crate::http::Deprecations;
use crate::resources::Registration;
use crate::services::changes::FeedChange;
use crate::services::webhooks::{SubmissionStep, WebhookMessage};
use crate::write::BatchAnswer;

/// Description of the service, its tags and shared schemas.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Transferatlas",
        description = "The open directory of Germany's *Modellprojekte Smart Cities*: projects, reusable solutions and practice examples.\n\n\
            Public data is read without a token. Writes and private data require one: `Authorization: Bearer`. Lists take filters, \
            `q` for full-text search, `sort`, `facets`, `fields`, `limit` and `cursor`. An unknown parameter is an error (400). \
            Optional members are omitted, never `null`. Times are UTC; times of events have the offset of their time zone. \
            Responses to GET with public data have a strong `ETag`. Errors are `application/problem+json` (RFC 9457); each problem type has \
            a page under `/problems`. Every GET operation also supports HEAD.\n\n\
            The licence of this document and of the software is EUPL-1.2. The data are available under \
            [dl-de/by-2-0](https://www.govdata.de/dl-de/by-2-0), in every format: name the source and link to the licence. \
            Municipalities: © Statistisches Bundesamt (Destatis), Gemeindeverzeichnis; reproduction with attribution is permitted.",
        contact(name = "Operator of this service"),
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "search", description = "Search and suggestions across all resources."),
        (name = "overview", description = "Network of municipalities and projects, and statistics of the directory."),
        (name = "vocabularies", description = "Closed lists of values with German and English labels."),
        (name = "history", description = "Change feed, history of entries, and audit trail."),
        (name = "submissions", description = "Entries proposed by municipalities, and their review."),
        (name = "webhooks", description = "Endpoints that receive changes and steps of submissions, and their deliveries."),
        (name = "tokens", description = "Access tokens and signing keys."),
        (name = "problems", description = "A page for each problem type."),
        (name = "documentation", description = "This document and its interactive version."),
        (name = "running", description = "Health checks and metrics for operators."),
    ),
    components(schemas(
        BatchAnswer,
        EditConflict,
        FeedChange,
        Problem,
        SubmissionStep,
        Violation,
        WebhookMessage<FeedChange>,
        WebhookMessage<SubmissionStep>
    )),
)]
struct Base;

/// Schemas that contain violations, whose texts are in the language of the request.
const LOCALIZED: [&str; 2] = ["BatchAnswer", "Submission"];

/// Tag of operations for operators.
pub(crate) const RUNNING: &str = "running";

/// Returns the document without operations.
pub(crate) fn base() -> openapi::OpenApi {
    Base::openapi()
}

/// Completes the document collected from the routes.
pub(crate) fn assemble(
    mut document: openapi::OpenApi,
    registrations: &[Registration],
    deprecations: &Deprecations,
) -> openapi::OpenApi {
    entries::complete(&mut document.paths, registrations);
    let mut schemas = document.components.take().unwrap_or_default();
    name_items(&mut schemas);
    inputs::complete(&mut schemas, &patched(&document));
    schemas.schemas.extend(inputs::of_responses());
    contents::discriminate(&mut schemas, &entries::inputs(&document.paths, registrations));
    schemas.add_security_scheme("token", bearer());
    for item in document.paths.paths.values_mut() {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                reads::exemplify(operation, &schemas);
                complete(&Facts::of(method, operation, registrations), operation, &schemas);
            }
        }
    }
    document.components = Some(schemas);
    document.info.terms_of_service = Some("http://127.0.0.1:8080/terms".to_owned());
    let data_licence = json!({ "name": "dl-de/by-2-0", "url": "https://www.govdata.de/dl-de/by-2-0" });
    document.info.extensions.get_or_insert_default().insert("x-data-licence".to_owned(), data_licence);
    document.webhooks = Some(webhook_docs::webhooks());
    let tag = |registration: &Registration| {
        TagBuilder::new().name(registration.resource.collection).description(Some(registration.about)).build()
    };
    document.tags = Some(registrations.iter().map(tag).chain(document.tags.into_iter().flatten()).collect());
    names::rename(&mut document);
    enums::name(&mut document);
    formats::split(&mut document.paths);
    // After the formats are split, so that redirects describe the JSON response only.
    redirects::complete(&mut document.paths, registrations);
    links::link(&mut document);
    deprecate(&mut document, deprecations);
    shared::share(&mut document);
    document
}

/// Marks the operations of deprecated paths.
fn deprecate(document: &mut openapi::OpenApi, deprecations: &Deprecations) {
    for (path, item) in &mut document.paths.paths {
        if deprecations.of(path).is_some() {
            operations(item).for_each(|operation| operation.deprecated = Some(Deprecated::True));
        }
    }
}

/// The document as served, in JSON.
pub(crate) struct Served(String);

/// Members of the document that depend on the public URL, and the others.
#[derive(Deserialize, Serialize)]
struct Parts<'d> {
    openapi: &'d str,
    info: Map<String, Value>,
    servers: Value,
    #[serde(borrow)]
    paths: &'d RawValue,
    #[serde(borrow)]
    webhooks: &'d RawValue,
    #[serde(borrow)]
    components: &'d RawValue,
    #[serde(borrow)]
    tags: &'d RawValue,
}

impl Served {
    /// Returns a document without its indentation. With a public URL, the URLs of the service and of its pages are absolute.
    pub(crate) fn new(document: &str, public_url: Option<&PublicUrl>) -> serde_json::Result<Self> {
        let document: String = document.lines().map(str::trim_start).collect();
        let Some(root) = public_url else { return Ok(Self(document)) };
        let mut parts: Parts<'_> = serde_json::from_str(&document)?;
        parts.info.insert("termsOfService".to_owned(), json!(format!("{root}/terms")));
        parts.servers = json!([{ "url": root.to_string(), "description": "This service" }]);
        // Links of descriptions begin with a slash.
        Ok(Self(serde_json::to_string(&parts)?.replace("](/", &format!("]({root}/"))))
    }
}

/// Replaces the item schema of pages, which utoipa writes in full for generic types, by a reference.
fn name_items(components: &mut Components) {
    for (name, schema) in &mut components.schemas {
        if let (Some(item), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema) {
            let items = ArrayBuilder::new().items(Ref::from_schema_name(item));
            page.properties.insert("items".to_owned(), items.description(Some("The entries of the page.")).into());
        }
    }
}

/// Returns the names of the input schemas that `PATCH` operations refer to.
fn patched(document: &openapi::OpenApi) -> BTreeSet<String> {
    let bodies = document.paths.paths.values().filter_map(|item| item.patch.as_ref()?.request_body.as_ref());
    let contents = bodies.flat_map(|body| match body {
        RefOr::T(body) => body.content.values().collect(),
        RefOr::Ref(_) => vec![],
    });
    let names = contents.filter_map(|content| match content {
        RefOr::T(content) => match content.schema.as_ref()? {
            RefOr::Ref(input) => Some(names::of_reference(&input.ref_location).to_owned()),
            RefOr::T(_) => None,
        },
        RefOr::Ref(_) => None,
    });
    names.collect()
}

/// Returns the security scheme for tokens, with a list of all scopes.
fn bearer() -> SecurityScheme {
    let scopes = SCOPES.iter().map(|(scope, about)| format!("* `{scope}`: {about}"));
    let about = format!(
        "JSON Web Token (JWT) issued by this service or by a trusted issuer. A token carries scopes:\n\n{}\n\n\
         A token bound to municipalities writes only entries that these municipalities are responsible for: solutions they \
         provide, their practice examples and events, projects they lead, and their own entry.",
        scopes.collect::<Vec<_>>().join("\n")
    );
    SecurityScheme::Http(
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(about)).build(),
    )
}

/// Adds headers and problem responses to an operation.
fn complete(facts: &Facts<'_>, operation: &mut Operation, schemas: &Components) {
    // An empty list states that no token is required.
    operation.security.get_or_insert_default();
    if facts.method == "get" {
        reads::complete(facts, operation);
    } else {
        writes::complete(facts, operation);
    }
    let is_localized = operation.responses.responses.values().any(has_violations);
    for (status, response) in &mut operation.responses.responses {
        if is_localized
            && ["200", "201", "207", "304"].contains(&status.as_str())
            && let RefOr::T(response) = response
        {
            describe(response, &["Content-Language", "Vary"]);
        }
    }
    problems::complete(facts, operation, schemas);
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            describe(response, &["API-Version", "X-Request-Id"]);
        }
    }
}

/// Returns whether a successful response contains violations, whose texts are in the language of the request.
fn has_violations(response: &RefOr<Response>) -> bool {
    let RefOr::T(response) = response else { return false };
    let Some(RefOr::T(content)) = response.content.get("application/json") else { return false };
    matches!(&content.schema, Some(RefOr::Ref(schema)) if LOCALIZED.contains(&names::of_reference(&schema.ref_location)))
}

//! The OpenAPI document: its base, and what every operation shares.

mod entries;
mod inputs;
mod operation;
mod reads;
pub(crate) mod ui;
mod webhook_docs;
mod writes;

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, ContentBuilder, Ref, RefOr, Response, Schema};
use utoipa::{OpenApi, openapi};

use self::operation::{Facts, describe};
use crate::auth::SCOPES;
use crate::base::error::{EditConflict, PROBLEM_TYPES, Problem, ProblemType, Violation};
use crate::resources::Registration;
use crate::services::changes::FeedChange;
use crate::services::webhooks::{SubmissionStep, WebhookMessage};
use crate::write::BatchAnswer;

/// What is said of the service as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Transferatlas",
        description = "The open directory of Germany's *Modellprojekte Smart Cities*: who has solved what, and who can reuse it.\n\n\
            Reading needs no token, writing does: `Authorization: Bearer`. Lists take filters, `q` for text, `sort`, `facets`, `fields`, `limit` and `cursor`; an unknown \
            parameter is an error. Optional members are absent, never `null`. Times are UTC; the hours of an event \
            have the offset of their zone. Every answer to GET has a strong `ETag`. Failures are \
            `application/problem+json` (RFC 9457); each kind has a page under `/problems`. Every GET also answers HEAD.\n\n\
            Municipalities: © Statistisches Bundesamt (Destatis), Gemeindeverzeichnis; reproduction with attribution is permitted.",
        license(name = "EUPL-1.2", identifier = "EUPL-1.2"),
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "search", description = "Search across all resources, and suggestions while somebody types."),
        (name = "overview", description = "Who has to do with whom, and how many there are of everything."),
        (name = "vocabularies", description = "Every closed list, with German and English labels."),
        (name = "history", description = "What became of entries, and who changed what."),
        (name = "submissions", description = "What municipalities propose, and the review of it."),
        (name = "webhooks", description = "Endpoints of others that are told of changes."),
        (name = "tokens", description = "Who may write, and until when."),
        (name = "problems", description = "Pages about what can go wrong."),
        (name = "documentation", description = "This document."),
        (name = "running", description = "For those who run the service."),
    ),
    components(schemas(
        BatchAnswer,
        EditConflict,
        Problem,
        Violation,
        WebhookMessage<FeedChange>,
        WebhookMessage<SubmissionStep>
    )),
)]
struct Base;

/// What is said of the service as a whole.
pub(crate) fn base() -> openapi::OpenApi {
    Base::openapi()
}

/// Completes the document that was collected from the routes.
pub(crate) fn assemble(mut document: openapi::OpenApi, registrations: &[Registration]) -> openapi::OpenApi {
    entries::complete(&mut document.paths, registrations);
    let schemas = document.components.take().unwrap_or_default();
    let mut schemas = with_parts(schemas);
    inputs::complete(&mut schemas, &patched(&document));
    schemas.add_security_scheme("token", bearer());
    schemas.responses.extend(problems().map(|(name, response)| (name, response.into())));
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("put", &mut item.put),
            ("post", &mut item.post),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete(&Operations { registrations, schemas: &schemas }, method, path, operation);
            }
        }
    }
    document.components = Some(schemas);
    document.webhooks = Some(webhook_docs::webhooks());
    let tag = |registration: &Registration| {
        TagBuilder::new().name(registration.resource.collection).description(Some(registration.about)).build()
    };
    document.tags = Some(registrations.iter().map(tag).chain(document.tags.into_iter().flatten()).collect());
    document
}

/// What can be sent as a patch: the names of what it is a patch of.
fn patched(document: &openapi::OpenApi) -> BTreeSet<String> {
    let bodies = document.paths.paths.values().filter_map(|item| item.patch.as_ref()?.request_body.as_ref());
    let contents = bodies.flat_map(|body| match body {
        RefOr::T(body) => body.content.values().collect(),
        RefOr::Ref(_) => vec![],
    });
    let names = contents.filter_map(|content| match content {
        RefOr::T(content) => match content.schema.as_ref()? {
            RefOr::Ref(input) => input.ref_location.rsplit('/').next().map(str::to_owned),
            RefOr::T(_) => None,
        },
        RefOr::Ref(_) => None,
    });
    names.collect()
}

/// How a token is sent, and what it may be for.
fn bearer() -> SecurityScheme {
    let scopes = SCOPES.iter().map(|(scope, about)| format!("* `{scope}`: {about}"));
    let about = format!(
        "A JSON Web Token that this service issued, or an issuer it trusts. It carries scopes:\n\n{}\n\n\
         One that is bound to municipalities writes only what is their affair: solutions they provide, practice examples and \
         events of theirs, projects they lead, and their own entry.",
        scopes.collect::<Vec<_>>().join("\n")
    );
    SecurityScheme::Http(
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").description(Some(about)).build(),
    )
}

/// Adds, for each entry and its page, what is left of them when `fields` names some members: nothing is required.
fn with_parts(mut components: Components) -> Components {
    let pages: Vec<String> = components.schemas.keys().filter(|name| name.starts_with("Page_")).cloned().collect();
    for page in pages {
        let item = page.trim_start_matches("Page_");
        let items = |of: &str| {
            ArrayBuilder::new().items(Ref::from_schema_name(of)).description(Some("The entries of this page."))
        };
        for (name, of) in [(&*page, None), (&*page, Some(format!("{item}Part"))), (item, None)] {
            let Some(RefOr::T(Schema::Object(mut object))) = components.schemas.get(name).cloned() else {
                continue;
            };
            let name = if name == item || of.is_some() { format!("{name}Part") } else { name.to_owned() };
            if name.starts_with("Page_") {
                object.properties.insert("items".to_owned(), items(of.as_deref().unwrap_or(item)).into());
            } else {
                object.required.clear();
            }
            if name.ends_with("Part") {
                object.description = Some("What is left when `fields` names the members".to_owned());
            }
            components.schemas.insert(name, object.into());
        }
    }
    components
}

/// What all operations share.
struct Operations<'o> {
    registrations: &'o [Registration],
    schemas: &'o Components,
}

/// Adds what every operation has and may answer: examples from its own values, headers, problems.
fn complete(all: &Operations<'_>, method: &str, path: &str, operation: &mut Operation) {
    reads::exemplify(operation, all.schemas);
    let fleeting = ["/health", "/metrics", "/v1/tokens", "/.well-known"];
    let facts = Facts {
        registrations: all.registrations,
        method,
        path,
        negotiates: reads::takes(operation, "format"),
        guarded: operation.security.is_some(),
        fleeting: operation.security.is_some() && (is_aside(path) || method == "get" && path != "/v1/audit")
            || fleeting.iter().any(|begin| path.starts_with(begin)),
    };
    if method == "get" {
        reads::complete(&facts, operation);
    } else {
        writes::complete(&facts, operation);
    }
    let responses = &mut operation.responses.responses;
    for kind in PROBLEM_TYPES.iter().filter(|kind| is_possible(kind.name, &facts)) {
        let problem = || Ref::new(format!("#/components/responses/{}", problem_of(kind.status))).into();
        responses.entry(kind.status.as_str().to_owned()).or_insert_with(problem);
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            describe(response, &["X-Request-Id"]);
        }
    }
}

/// Can an operation answer a problem of that name?
fn is_possible(problem: &str, facts: &Facts<'_>) -> bool {
    let Facts { method, path, negotiates, guarded, .. } = facts;
    let (writes, posts) = (*method != "get", *method == "post");
    match problem {
        "not-found" => path.contains('{'),
        "gone" => facts.names_entry() || writes && is_aside(path),
        "parameters" => *negotiates || writes || *guarded || path.contains("/history") || is_aside(path),
        "not-acceptable" => *negotiates,
        "unavailable" => path.starts_with("/v1") || *path == "/health/ready",
        "address" | "too-long" | "too-large" | "coding" | "invalid-token" | "fault" => true,
        "scope" => *guarded,
        "if-match" | "changed" => writes && !posts,
        // An operation that takes no body says so to those who send one.
        "json"
        | "media-type"
        | "slow"
        | "invalid"
        | "referenced"
        | "in-flight"
        | "taken"
        | "writes-unavailable"
        | "insufficient-storage" => writes,
        _ => false,
    }
}

/// Is it about what is kept beside the directory?
fn is_aside(path: &str) -> bool {
    path.starts_with("/v1/submissions") || path.starts_with("/v1/webhooks")
}

/// What the problems of a status are called in the document.
fn problem_of(status: StatusCode) -> String {
    format!("Problem{}", status.as_u16())
}

/// The problems of each status, once for all operations.
fn problems() -> impl Iterator<Item = (String, Response)> {
    let statuses: BTreeSet<StatusCode> = PROBLEM_TYPES.iter().map(|kind| kind.status).collect();
    statuses.into_iter().map(|status| (problem_of(status), problem(status)))
}

fn problem(status: StatusCode) -> Response {
    let problem_types = PROBLEM_TYPES.iter().filter(|kind| kind.status == status);
    let names: Vec<String> =
        problem_types.map(|ProblemType { name, title, .. }| format!("[{title}](/problems/{name})")).collect();
    let schema = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(names.join(", ")).content("application/problem+json", schema);
    let mut response = response.build();
    describe(&mut response, &["Cache-Control", "X-Request-Id"]);
    describe(
        &mut response,
        match status {
            StatusCode::SERVICE_UNAVAILABLE => &["Retry-After"],
            StatusCode::UNAUTHORIZED => &["WWW-Authenticate"],
            _ => &[],
        },
    );
    response
}

//! The OpenAPI document: its base, and what every operation shares.

use std::sync::OnceLock;

use actix_web::App;
use actix_web::http::StatusCode;
use serde_json::json;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{Components, ContentBuilder, ObjectBuilder, Ref, RefOr, Response, Schema, Type};
use utoipa::{OpenApi, openapi};
use utoipa_actix_web::AppExt;

use crate::error::{KINDS, Kind, Problem, Violation};
use crate::format::{Format, columns};
use crate::resource::Resource;
use crate::routes::{self, RESOURCES};

/// The order of a list, which each resource describes by the values it takes.
const SORT: &str = "The order; a minus before it turns it round. Ties end in the id. Without it, lists stand in the order their \
    description names, `-relevance` where `q` is given, and `distance` where `near` is; relevance without `q` and distance \
    without `near` are no order.";

/// What is said of the service as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Transferatlas",
        description = "The open directory of Germany's *Modellprojekte Smart Cities*: who has solved what, and who can reuse it.\n\n\
            Reading needs no token. Lists take filters, `q` for text, `sort`, `facets`, `fields`, `limit` and `cursor`; an unknown \
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
        (name = "problems", description = "Pages about what can go wrong."),
        (name = "documentation", description = "This document."),
        (name = "running", description = "For those who run the service."),
    ),
    components(schemas(Problem, Violation)),
)]
struct Base;

/// The document, collected from the routes that are served.
pub fn document() -> openapi::OpenApi {
    static DOCUMENT: OnceLock<openapi::OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(collect).clone()
}

fn collect() -> openapi::OpenApi {
    let app = App::new().into_utoipa_app().openapi(Base::openapi()).configure(routes::configure);
    let (_, mut document) = app.split_for_parts();
    let schemas = document.components.take().unwrap_or_default();
    let schemas = with_parts(schemas);
    for (path, item) in &mut document.paths.paths {
        let operations = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            complete(path, operation, &schemas);
        }
    }
    document.components = Some(schemas);
    let tag =
        |resource: &&Resource| TagBuilder::new().name(resource.collection).description(Some(resource.about)).build();
    document.tags = Some(RESOURCES.iter().map(tag).chain(document.tags.into_iter().flatten()).collect());
    document
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

/// Adds what every operation has and may answer: examples from its own values, headers, problems.
fn complete(path: &str, operation: &mut Operation, schemas: &Components) {
    exemplify(operation, schemas);
    let negotiates = takes(operation, "format");
    let responses = &mut operation.responses.responses;
    let lives = path.starts_with("/health") || path == "/metrics";
    if let Some(RefOr::T(found)) = responses.get_mut("200") {
        describe(found, if lives { &["Cache-Control"] } else { &CACHED });
        if negotiates {
            describe(found, if found.content.len() > 1 { &["Link"] } else { &[] });
            allow_part(found);
            show_columns(path, found);
        }
    }
    if !lives && responses.contains_key("200") {
        let mut unchanged = ResponseBuilder::new().description("The client holds this representation already").build();
        describe(&mut unchanged, &CACHED);
        responses.insert("304".to_owned(), unchanged.into());
    }
    for kind in KINDS.iter().filter(|kind| is_possible(kind.name, path, negotiates)) {
        responses.entry(kind.status.as_str().to_owned()).or_insert_with(|| problem(kind).into());
    }
    for response in responses.values_mut() {
        if let RefOr::T(response) = response {
            describe(response, &["X-Request-Id"]);
        }
    }
}

/// Can an operation answer a problem of that name?
fn is_possible(problem: &str, path: &str, negotiates: bool) -> bool {
    match problem {
        "not-found" => path.contains('{'),
        "parameters" | "not-acceptable" => negotiates,
        "unavailable" => path.starts_with("/v1") || path == "/health/ready",
        "address" | "too-long" | "too-large" | "coding" | "fault" => true,
        _ => false,
    }
}

/// Gives `sort` and `fields` examples that this operation takes, and `format` the forms it has.
fn exemplify(operation: &mut Operation, schemas: &Components) {
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
fn takes(operation: &Operation, name: &str) -> bool {
    let named = |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(parameter) if parameter.name == name);
    operation.parameters.iter().flatten().any(named)
}

fn problem(kind: &Kind) -> Response {
    let schema = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
    let response = ResponseBuilder::new().description(kind.title).content("application/problem+json", schema);
    let mut response = response.build();
    describe(&mut response, &["Cache-Control"]);
    describe(&mut response, if kind.status == StatusCode::SERVICE_UNAVAILABLE { &["Retry-After"] } else { &[] });
    response
}

/// Shows the columns of a list as CSV.
fn show_columns(path: &str, response: &mut Response) {
    let resource = RESOURCES.iter().find(|resource| path.strip_prefix("/v1/") == Some(resource.collection));
    if let (Some(resource), Some(RefOr::T(csv))) = (resource, response.content.get_mut("text/csv")) {
        csv.example = Some(json!(columns(resource.columns)));
    }
}

/// What a cache needs to know.
const CACHED: [&str; 4] = ["Cache-Control", "ETag", "Last-Modified", "Vary"];

fn describe(response: &mut Response, headers: &[&str]) {
    for name in headers {
        let text = match *name {
            "Cache-Control" => "How long the answer may be kept.",
            "ETag" => "Strong tag of this representation; send it in `If-None-Match`.",
            "Last-Modified" => "When anything in the directory last changed.",
            "Vary" => "The request headers that decide on the representation.",
            "Link" => {
                "Where the next page is, as `rel=\"next\"`, absent on the last one; where other forms are, as `rel=\"alternate\"`."
            }
            "Retry-After" => "Seconds to wait before asking again.",
            _ => "Id of the request, as the log has it; sent back if the caller chose it.",
        };
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(text)).build();
        response.headers.insert((*name).to_owned(), header.into());
    }
}

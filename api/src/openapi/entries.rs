//! Documentation shared by the operations on entries, generated from the registration of each resource.

use utoipa::IntoParams;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::ArrayBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ContentBuilder, ObjectBuilder, Paths, Ref, RefOr, Required, Schema, Type};

use super::names::of_reference;
use super::operation::{operations, takes};
use crate::resources::Registration;
use crate::write::BatchQuery;

/// Adds the parts that the handlers of all resources have in common: tag, key, required scope, body and responses.
pub(super) fn complete(paths: &mut Paths, registrations: &[Registration]) {
    for registration in registrations {
        let collection = format!("/v1/{}", registration.resource.collection);
        let Some(input) = paths.paths.get(&collection).and_then(input) else { continue };
        let entries = Entries { registration, input };
        for (path, item) in &mut paths.paths {
            match path.strip_prefix(&collection) {
                Some(below) if below.is_empty() || below.starts_with('/') => entries.complete(below, item),
                _ => {}
            }
        }
    }
}

/// Name of the input schema of a resource.
pub(super) struct InputSchema {
    pub collection: &'static str,
    pub name: String,
    /// Slug of an entry of the resource.
    pub slug: &'static str,
}

/// Returns the names of the input schemas of all resources.
pub(super) fn inputs(paths: &Paths, registrations: &[Registration]) -> Vec<InputSchema> {
    let of = |registration: &Registration| {
        let collection = registration.resource.collection;
        let name = input(paths.paths.get(&format!("/v1/{collection}"))?)?;
        Some(InputSchema { collection, name, slug: registration.example })
    };
    registrations.iter().filter_map(of).collect()
}

/// Returns the name of the input schema of a resource.
fn input(item: &PathItem) -> Option<String> {
    let RefOr::T(body) = item.post.as_ref()?.request_body.as_ref()? else { return None };
    let RefOr::T(content) = body.content.get("application/json")? else { return None };
    match content.schema.as_ref()? {
        RefOr::Ref(input) => Some(of_reference(&input.ref_location).to_owned()),
        RefOr::T(_) => None,
    }
}

/// Completes the operations on the entries of one resource.
struct Entries<'r> {
    registration: &'r Registration,
    /// Name of the input schema.
    input: String,
}

impl Entries<'_> {
    /// Completes the operations of a path; `below` is its part after the path of the collection.
    fn complete(&self, below: &str, item: &mut PathItem) {
        for operation in operations(item) {
            operation.tags.get_or_insert_with(|| vec![self.registration.resource.collection.to_owned()]);
            if below.starts_with("/{key}") && !takes(operation, "key") {
                operation.parameters.get_or_insert_default().insert(0, self.key().into());
            }
        }
        match (below, &mut item.post) {
            ("", Some(create)) => self.write(create, "201", self.entry()),
            ("/batch", Some(create)) => {
                let parameters = BatchQuery::into_params(|| None).into_iter().map(RefOr::T);
                create.parameters.get_or_insert_default().extend(parameters);
                let list = ArrayBuilder::new().items(Ref::from_schema_name(&self.input)).build();
                create.request_body = Some(body("application/json", Schema::Array(list).into()).into());
                let answer = content(Ref::from_schema_name("BatchAnswer").into());
                self.write(
                    create,
                    "200",
                    ResponseBuilder::new().description("Result for each item").content("application/json", answer),
                );
            }
            ("/{key}", _) => {
                if let Some(replace) = &mut item.put {
                    self.write(replace, "200", self.entry());
                }
                if let Some(change) = &mut item.patch {
                    let input = Ref::from_schema_name(&self.input).into();
                    change.request_body = Some(body("application/merge-patch+json", input).into());
                    self.write(change, "200", self.entry());
                }
                if let Some(delete) = &mut item.delete {
                    self.write(delete, "204", ResponseBuilder::new().description("Deleted"));
                }
            }
            _ => {}
        }
    }

    /// Adds the scope that a write requires, and its success response.
    fn write(&self, operation: &mut Operation, status: &str, response: ResponseBuilder) {
        let scope = SecurityRequirement::new("token", [self.registration.scope]);
        operation.security.get_or_insert_with(|| vec![scope]);
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| response.build().into());
    }

    /// Returns the path parameter that identifies an entry.
    fn key(&self) -> Parameter {
        let Registration { resource, noun, example, .. } = self.registration;
        let names = if resource.official.is_some() { "Slug, ID or official key (AGS)" } else { "Slug or ID" };
        let text = ObjectBuilder::new().schema_type(Type::String);
        let key = ParameterBuilder::new().name("key").parameter_in(ParameterIn::Path).required(Required::True);
        let key = key.description(Some(format!("{names} of the {noun}."))).schema(Some(text));
        key.example(Some((*example).into())).build()
    }

    /// Returns the response with an entry. The name of its schema is that of the input without `Input`.
    fn entry(&self) -> ResponseBuilder {
        let entry = Ref::from_schema_name(self.input.trim_end_matches("Input")).into();
        let response = ResponseBuilder::new().description(format!("The {}", self.registration.noun));
        response.content("application/json", content(entry))
    }
}

fn body(media_type: &str, schema: RefOr<Schema>) -> RequestBody {
    RequestBodyBuilder::new().content(media_type, content(schema)).required(Some(Required::True)).build()
}

fn content(schema: RefOr<Schema>) -> utoipa::openapi::Content {
    ContentBuilder::new().schema(Some(schema)).build()
}

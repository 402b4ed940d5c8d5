//! Registration of operations, with the server or in the OpenAPI document.

use actix_web::dev::HttpServiceFactory;
use actix_web::web::ServiceConfig;
use utoipa::openapi::{Components, OpenApi};
use utoipa_actix_web::OpenApiFactory;

/// Registers operations. Each worker of the server registers them, and only the document describes them: the descriptions
/// take tens of megabytes.
pub(crate) struct Routes<'a>(Target<'a>);

enum Target<'a> {
    Server(&'a mut ServiceConfig),
    Document(&'a mut OpenApi),
}

impl<'a> Routes<'a> {
    /// Registers operations with a server.
    pub(crate) fn of_server(config: &'a mut ServiceConfig) -> Self {
        Self(Target::Server(config))
    }

    /// Adds the paths and schemas of operations to a document.
    pub(crate) fn of_document(document: &'a mut OpenApi) -> Self {
        Self(Target::Document(document))
    }

    /// Registers an operation.
    pub(crate) fn service<F: HttpServiceFactory + OpenApiFactory + 'static>(&mut self, operation: F) -> &mut Self {
        match &mut self.0 {
            Target::Server(config) => {
                config.service(operation);
            }
            Target::Document(document) => {
                let mut schemas = Vec::new();
                operation.schemas(&mut schemas);
                document.components.get_or_insert_with(Components::new).schemas.extend(schemas);
                document.paths.merge(operation.paths());
            }
        }
        self
    }

    /// Registers the operations of a module.
    pub(crate) fn configure(&mut self, routes: fn(&mut Self)) -> &mut Self {
        routes(self);
        self
    }
}

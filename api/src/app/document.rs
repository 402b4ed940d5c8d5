//! OpenAPI document of the service.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::web::{Data, ServiceConfig};
use utoipa::openapi::OpenApi;

use crate::app::routes::{self, DEPRECATIONS, REGISTRATIONS};
use crate::base::public_url::PublicUrl;
use crate::http::{DeclaredMethods, Deprecations, Operations, Outline, Routes};
use crate::openapi::{self, Served};
use crate::services::submissions::{self, Forms};
use crate::services::webhooks;

/// The committed document, as indented JSON. A test compares it with that of [`generate`].
///
/// The service reads it instead of generating it, which takes tens of megabytes of memory that the allocator keeps.
pub const DOCUMENT: &str = include_str!("../../../openapi/openapi.json");

/// Generates the document from the routes.
pub fn generate() -> OpenApi {
    let mut collected = openapi::base();
    routes::configure(&mut Routes::of_document(&mut collected));
    openapi::assemble(collected, REGISTRATIONS, &Deprecations(DEPRECATIONS))
}

/// What requests need of the document.
#[derive(Clone)]
pub(crate) struct DocumentParts {
    served: Data<Served>,
    operations: Data<Operations>,
    declared: Data<DeclaredMethods>,
    forms: Data<Forms>,
}

impl DocumentParts {
    /// Returns the parts of the document of a service with this public URL. They are kept, because the end-to-end tests start
    /// hundreds of services in one process.
    pub(crate) fn of(public_url: Option<&PublicUrl>) -> serde_json::Result<Self> {
        static BY_PUBLIC_URL: LazyLock<Mutex<HashMap<Option<PublicUrl>, DocumentParts>>> =
            LazyLock::new(Mutex::default);
        let mut by_public_url = BY_PUBLIC_URL.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(parts) = by_public_url.get(&public_url.cloned()) {
            return Ok(parts.clone());
        }
        let document: Outline = serde_json::from_str(DOCUMENT)?;
        let parts = Self {
            served: Data::new(Served::new(DOCUMENT, public_url)?),
            operations: Data::new(Operations::of(&document, &[submissions::TAG, webhooks::TAG])),
            declared: Data::new(DeclaredMethods::of(&document)),
            forms: Data::new(Forms::of(DOCUMENT)),
        };
        by_public_url.insert(public_url.cloned(), parts.clone());
        Ok(parts)
    }

    pub(crate) fn register(&self, config: &mut ServiceConfig) {
        let Self { served, operations, declared, forms } = self.clone();
        config.app_data(served).app_data(operations).app_data(declared).app_data(forms);
    }
}

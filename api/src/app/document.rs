//! OpenAPI document of the served routes.

use std::sync::OnceLock;

use actix_web::App;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use crate::app::routes::{self, DEPRECATIONS, REGISTRATIONS};
use crate::http::Deprecations;
use crate::openapi;

/// Returns the OpenAPI document. It is assembled once per process.
pub fn document() -> &'static OpenApi {
    static DOCUMENT: OnceLock<OpenApi> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let app = App::new().into_utoipa_app().openapi(openapi::base()).configure(routes::configure);
        let (_, collected) = app.split_for_parts();
        openapi::assemble(collected, REGISTRATIONS, &Deprecations(DEPRECATIONS))
    })
}

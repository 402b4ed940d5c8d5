//! OpenAPI document of the served routes.

use actix_web::App;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;

use crate::app::routes::{self, DEPRECATIONS, REGISTRATIONS};
use crate::http::Deprecations;
use crate::openapi;

/// Assembles the OpenAPI document. The service does not keep it, because it takes tens of megabytes.
pub fn document() -> OpenApi {
    let app = App::new().into_utoipa_app().openapi(openapi::base()).configure(routes::configure);
    let (_, collected) = app.split_for_parts();
    openapi::assemble(collected, REGISTRATIONS, &Deprecations(DEPRECATIONS))
}

//! The table of contents.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::{documentation, health, metrics, municipalities, problems, projects, themes, vocabularies};

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(projects::routes)
        .configure(municipalities::routes)
        .configure(themes::routes)
        .configure(vocabularies::routes)
        .configure(problems::routes)
        .configure(health::routes)
        .configure(documentation::routes)
        .service(metrics::get_metrics);
}

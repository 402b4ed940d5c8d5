//! The table of contents.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::resource::Resource;
use crate::{documentation, health, metrics, municipalities, problems, projects, themes, vocabularies};

/// Every resource, in the order in which entries refer to each other.
pub(crate) const RESOURCES: &[&Resource] = &[&municipalities::MUNICIPALITIES, &themes::THEMES, &projects::PROJECTS];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    for resource in RESOURCES {
        cfg.configure(resource.routes);
    }
    cfg.configure(vocabularies::routes)
        .configure(problems::routes)
        .configure(health::routes)
        .configure(documentation::routes)
        .service(metrics::get_metrics);
}

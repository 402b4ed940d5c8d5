//! The table of contents.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::app::health;
use crate::base::metrics;
use crate::model::catalog::Resource;
use crate::openapi::ui;
use crate::resources::{
    courses, events, learning_partnerships, municipalities, practice_examples, projects, publications, solutions,
    themes, working_groups,
};
use crate::services::{
    changes, history, network, problems, search, submissions, tasks, tokens, vocabularies, webhooks,
};

/// Every resource, in the order in which entries refer to each other.
pub(crate) const RESOURCES: &[&Resource] = &[
    &municipalities::MUNICIPALITIES,
    &themes::THEMES,
    &projects::PROJECTS,
    &solutions::SOLUTIONS,
    &practice_examples::PRACTICE_EXAMPLES,
    &working_groups::WORKING_GROUPS,
    &learning_partnerships::LEARNING_PARTNERSHIPS,
    &events::EVENTS,
    &courses::COURSES,
    &publications::PUBLICATIONS,
];

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(history::routes).configure(tasks::routes);
    for resource in RESOURCES {
        cfg.configure(resource.routes);
    }
    cfg.configure(search::routes)
        .configure(network::routes)
        .configure(vocabularies::routes)
        .configure(changes::routes)
        .configure(submissions::routes)
        .configure(webhooks::routes)
        .configure(tokens::routes)
        .configure(problems::routes)
        .configure(health::routes)
        .configure(ui::routes)
        .service(metrics::get_metrics);
}

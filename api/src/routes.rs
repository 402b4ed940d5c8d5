//! The table of contents.

use utoipa_actix_web::service_config::ServiceConfig;

use crate::resource::Resource;
use crate::{
    changes, courses, documentation, duties, events, health, history, hits, learning_partnerships, metrics,
    municipalities, network, practice_examples, problems, projects, publications, solutions, submissions, themes,
    tokens, vocabularies, webhooks, working_groups,
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
    cfg.configure(history::routes).configure(duties::routes);
    for resource in RESOURCES {
        cfg.configure(resource.routes);
    }
    cfg.configure(hits::routes)
        .configure(network::routes)
        .configure(vocabularies::routes)
        .configure(changes::routes)
        .configure(submissions::routes)
        .configure(webhooks::routes)
        .configure(tokens::routes)
        .configure(problems::routes)
        .configure(health::routes)
        .configure(documentation::routes)
        .service(metrics::get_metrics);
}

//! Registration of all resources and services with their routes.

use crate::app::{health, home, metrics};
use crate::http::{Deprecation, Routes};
use crate::import::Files;
use crate::openapi::ui;
use crate::query::representations::Builder;
use crate::resources::{
    Registration, courses, events, learning_partnerships, municipalities, practice_examples, projects, publications,
    solutions, themes, working_groups,
};
use crate::services::{
    changes, history, network, problems, search, submissions, tasks, terms, tokens, vocabularies, webhooks,
};

/// All resources. A resource comes after those that its entries refer to, so that imports in this order can resolve references.
pub(crate) const REGISTRATIONS: &[Registration] = &[
    municipalities::REGISTRATION,
    themes::REGISTRATION,
    projects::REGISTRATION,
    solutions::REGISTRATION,
    practice_examples::REGISTRATION,
    working_groups::REGISTRATION,
    learning_partnerships::REGISTRATION,
    events::REGISTRATION,
    courses::REGISTRATION,
    publications::REGISTRATION,
];

/// Deprecated paths. The document marks their operations, and their responses announce the deprecation.
pub(crate) const DEPRECATIONS: &[Deprecation] = &[];

/// Returns the file formats of all resources, in the same order.
pub(crate) fn files() -> impl Iterator<Item = &'static Files> {
    REGISTRATIONS.iter().map(|registration| &registration.files)
}

/// Returns what builds the representations of each resource.
pub(crate) fn builders() -> Vec<&'static Builder> {
    REGISTRATIONS.iter().map(|registration| &registration.builder).collect()
}

pub(crate) fn configure(routes: &mut Routes) {
    routes.configure(home::routes).configure(history::routes).configure(tasks::routes);
    for registration in REGISTRATIONS {
        routes.configure(registration.routes);
    }
    routes
        .configure(search::routes)
        .configure(network::routes)
        .configure(vocabularies::routes)
        .configure(changes::routes)
        .configure(submissions::routes)
        .configure(webhooks::routes)
        .configure(tokens::routes)
        .configure(problems::routes)
        .configure(terms::routes)
        .configure(health::routes)
        .configure(ui::routes)
        .service(metrics::get_metrics);
}

//! The resources of the directory, one folder each.

pub(crate) mod courses;
pub(crate) mod events;
pub(crate) mod learning_partnerships;
pub(crate) mod municipalities;
pub(crate) mod practice_examples;
pub(crate) mod projects;
pub(crate) mod publications;
pub(crate) mod solutions;
pub(crate) mod themes;
pub(crate) mod working_groups;

use utoipa_actix_web::service_config::ServiceConfig;

use crate::import::Files;
use crate::model::catalog::Resource;

/// How a resource is served, beside what it is.
pub(crate) struct Registration {
    pub resource: &'static Resource,
    /// What the document calls one of its entries.
    pub noun: &'static str,
    /// The slug of an entry, as an example in the document.
    pub example: &'static str,
    /// What it holds, for the document.
    pub about: &'static str,
    /// The columns of its CSV, as paths into the JSON of an entry.
    pub columns: &'static [&'static str],
    /// The right to write its entries.
    pub scope: &'static str,
    pub routes: fn(&mut ServiceConfig),
    pub files: Files,
}

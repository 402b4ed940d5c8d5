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

use crate::http::Routes;
use crate::import::Files;
use crate::model::catalog::Resource;
use crate::query::representations::Builder;

/// How the API serves a resource.
pub(crate) struct Registration {
    pub resource: &'static Resource,
    /// Singular noun for an entry, used in the OpenAPI document.
    pub noun: &'static str,
    /// Slug of an entry, used as an example in the OpenAPI document.
    pub example: &'static str,
    /// Description of the resource in the OpenAPI document.
    pub about: &'static str,
    /// Columns of the CSV format, as paths into the JSON of an entry.
    pub columns: &'static [&'static str],
    /// Scope required to write entries of the resource.
    pub scope: &'static str,
    pub routes: fn(&mut Routes),
    /// Builds the stored representations of the entries.
    pub builder: Builder,
    pub files: Files,
}

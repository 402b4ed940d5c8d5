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

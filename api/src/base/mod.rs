//! Foundations of all layers: errors, validation, the database, clock and metrics. Depends on no other layer.

pub(crate) mod addresses;
pub(crate) mod characters;
pub mod clock;
pub(crate) mod dates;
pub mod db;
pub mod error;
pub(crate) mod language;
pub(crate) mod link;
pub(crate) mod merge;
pub(crate) mod metrics;
#[cfg(test)]
pub(crate) mod property;
pub mod public_url;
pub mod secret;
pub(crate) mod tasks;
pub(crate) mod terms;
pub(crate) mod text_limits;
pub(crate) mod validation;

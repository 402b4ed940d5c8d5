//! Application: settings, commands and the HTTP server.

pub mod command;
pub mod document;
pub(crate) mod health;
pub(crate) mod home;
pub(crate) mod logging;
pub(crate) mod metrics;
pub mod representations;
pub(crate) mod routes;
pub mod seed;
pub mod server;
pub mod settings;
mod shared;

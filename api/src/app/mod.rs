//! The program: settings, commands, and the server that puts every part together.

pub mod command;
pub mod document;
pub(crate) mod health;
pub(crate) mod logging;
pub(crate) mod metrics;
pub(crate) mod routes;
pub mod seed;
pub mod server;
pub mod settings;

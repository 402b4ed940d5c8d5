//! Transferatlas: REST service of the open directory of Germany's Modellprojekte Smart Cities.

pub mod app;
pub mod auth;
pub mod base;
mod http;
mod import;
mod model;
mod openapi;
mod query;
mod resources;
pub mod services;
mod write;

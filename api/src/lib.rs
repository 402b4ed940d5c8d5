//! Transferatlas: the open directory of Germany's Modellprojekte Smart Cities, as an HTTP service.

pub mod app;
pub mod auth;
pub mod base;
mod http;
pub mod import;
mod model;
pub mod openapi;
mod query;
mod resources;
pub mod services;
mod write;

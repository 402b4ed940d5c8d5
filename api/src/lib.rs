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

use sea_orm::DatabaseConnection;

use crate::auth::Auth;
use crate::base::db::Database;
use crate::base::db::directory::Directory;
use crate::base::metrics::Metrics;
use crate::http::cache::Memory;
use crate::services::changes::Feed;

/// What every request may use.
pub struct State {
    pub db: Database,
    pub directory: Directory,
    pub(crate) auth: Auth,
    /// Sites whose pages may write.
    pub(crate) write_origins: Vec<String>,
    pub(crate) memory: Memory,
    pub(crate) metrics: Metrics,
    pub(crate) feed: Feed,
    /// May webhooks lead into private networks?
    pub(crate) webhook_private: bool,
}

impl State {
    /// The database, for a read; while it is known to be away nobody waits for it.
    pub(crate) fn read(&self) -> crate::base::error::Result<&DatabaseConnection> {
        if self.directory.is_away() {
            return Err(crate::base::error::Error::Unavailable(anyhow::anyhow!("the database is away")));
        }
        Ok(self.db.connection())
    }
}

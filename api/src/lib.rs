//! Transferatlas: the open directory of Germany's Modellprojekte Smart Cities, as an HTTP service.

pub mod auth;
pub mod change;
mod changes;
pub mod clock;
pub mod command;
pub mod config;
mod courses;
mod day;
pub mod db;
pub mod directory;
pub mod document;
mod documentation;
mod duties;
pub mod error;
mod events;
mod facets;
mod filter;
mod format;
mod health;
mod history;
mod hits;
mod http;
mod identifier;
mod import;
mod input;
mod keyset;
mod learning_partnerships;
mod listing;
mod log;
mod metrics;
mod municipalities;
mod network;
mod parties;
mod practice_examples;
mod problems;
mod projects;
mod publications;
mod relation;
mod resource;
mod reuse;
mod routes;
mod search;
pub mod seed;
pub mod server;
mod shape;
mod solutions;
mod space;
mod sublists;
mod submissions;
mod terms;
mod texts;
mod themes;
pub mod tokens;
mod validate;
mod vocabularies;
mod webhooks;
mod working_groups;
mod writing;

use sea_orm::DatabaseConnection;

use crate::auth::Auth;
use crate::changes::Feed;
use crate::db::Database;
use crate::directory::Directory;
use crate::http::cache::Memory;
use crate::metrics::Metrics;

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
    pub(crate) fn read(&self) -> error::Result<&DatabaseConnection> {
        if self.directory.is_away() {
            return Err(error::Error::Unavailable(anyhow::anyhow!("the database is away")));
        }
        Ok(self.db.connection())
    }
}

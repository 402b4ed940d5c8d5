//! Embedded PostgreSQL, with its data in a directory.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use pglite_oxide::{PgliteServer, extensions};
use sea_orm::{ConnectOptions, DatabaseConnection};

use super::server::{PLANS, SPELLING};

/// The running database (`None` after its stop), and the lock on its data directory.
pub(super) struct Embedded {
    server: Mutex<Option<PgliteServer>>,
    _claim: File,
}

/// The embedded database has one connection, so code must not acquire a second one while holding it.
const CONNECTIONS: u32 = 1;

/// Time limit for the first connection. It starts the database, which takes seconds in an unoptimised build.
const PATIENCE: Duration = Duration::from_mins(1);

/// Marker file, written after the database has first responded. Before that, no data can have been stored.
const WHOLE: &str = "whole";

/// Locks the data directory, starts the database in it, and connects to it. Fails if the directory is not writable or is
/// in use by another process.
pub(super) async fn open(folder: &Path) -> Result<(DatabaseConnection, Embedded)> {
    let claim = claim(folder)?;
    clear_unfinished(folder).with_context(|| format!("the data directory {} cannot be cleared", folder.display()))?;
    let server = {
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || start(&folder)).await??
    };
    let mut options = ConnectOptions::new(server.database_url());
    options.max_connections(CONNECTIONS).acquire_timeout(PATIENCE).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await.context("the embedded database does not respond")?;
    fs::write(folder.join(WHOLE), "")?;
    Ok((connection, Embedded { server: Mutex::new(Some(server)), _claim: claim }))
}

/// Locks the data directory for this process. Fails if it cannot be written, or another process has the lock.
fn claim(folder: &Path) -> Result<File> {
    let made = fs::create_dir_all(folder).and_then(|()| File::create(folder.join("lock")));
    let file = made.with_context(|| format!("the data directory {} cannot be written to", folder.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!(
            "the data directory {} is in use by another process; stop that process, or set --data-dir to another directory",
            folder.display()
        ),
    }
}

/// Removes the remains of an interrupted first start. An incomplete database would never respond.
fn clear_unfinished(folder: &Path) -> std::io::Result<()> {
    let half_made = folder.join("tmp");
    if half_made.exists() && !folder.join(WHOLE).exists() {
        fs::remove_dir_all(half_made)?;
    }
    Ok(())
}

fn start(folder: &Path) -> Result<PgliteServer> {
    let server = PgliteServer::builder().path(folder).extension(extensions::PG_TRGM).postgres_config(PLANS.0, PLANS.1);
    let server = server.postgres_config(SPELLING.0, SPELLING.1);
    server.start().with_context(|| format!("the data directory {} cannot be opened", folder.display()))
}

impl Embedded {
    /// Stops the database. Close all connections first.
    pub(super) async fn stop(&self) -> Result<()> {
        let server = self.server.lock().ok().and_then(|mut server| server.take());
        if let Some(server) = server {
            // The database has stopped in any case. The error is about its last connection, and no data is lost.
            if let Err(error) = tokio::task::spawn_blocking(move || server.shutdown()).await? {
                tracing::warn!(cause = %format!("{error:#}"), "the embedded database reported an error on shutdown");
            }
        }
        Ok(())
    }
}

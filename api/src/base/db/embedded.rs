//! PostgreSQL inside this process, in a folder.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use pglite_oxide::{PgliteServer, extensions};
use sea_orm::{ConnectOptions, DatabaseConnection};

use super::server::{PLANS, SPELLING};

/// The running database, gone once it was stopped, and the claim on its folder.
pub(super) struct Embedded {
    server: Mutex<Option<PgliteServer>>,
    _claim: File,
}

/// It serves one connection, so nothing may ask for a second while it holds one.
const CONNECTIONS: u32 = 1;

/// The first connection starts the database, which takes seconds in an unoptimised build.
const PATIENCE: Duration = Duration::from_mins(1);

/// Written once the database has answered for the first time; nothing can have been stored before.
const WHOLE: &str = "whole";

pub(super) async fn open(folder: &Path) -> Result<(DatabaseConnection, Embedded)> {
    let claim = claim(folder)?;
    clear_unfinished(folder).with_context(|| format!("the data folder {} cannot be cleared", folder.display()))?;
    let server = {
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || start(&folder)).await??
    };
    let mut options = ConnectOptions::new(server.database_url());
    options.max_connections(CONNECTIONS).acquire_timeout(PATIENCE).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await.context("the embedded database does not answer")?;
    fs::write(folder.join(WHOLE), "")?;
    Ok((connection, Embedded { server: Mutex::new(Some(server)), _claim: claim }))
}

/// Takes the folder for this process alone.
fn claim(folder: &Path) -> Result<File> {
    let made = fs::create_dir_all(folder).and_then(|()| File::create(folder.join("lock")));
    let file = made.with_context(|| format!("the data folder {} cannot be written to", folder.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!("the data folder {} is in use by another process", folder.display()),
    }
}

/// Removes what a first start that was killed has left: a database half made would never answer.
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
    server.start().with_context(|| format!("the data folder {} cannot be opened", folder.display()))
}

impl Embedded {
    /// Stops the database; every connection must be closed before.
    pub(super) async fn stop(&self) -> Result<()> {
        let server = self.server.lock().ok().and_then(|mut server| server.take());
        if let Some(server) = server {
            // It has stopped either way; what it reports is how its last connection ended, which loses nothing.
            if let Err(error) = tokio::task::spawn_blocking(move || server.shutdown()).await? {
                tracing::warn!(cause = %format!("{error:#}"), "the embedded database reports a failure at its stop");
            }
        }
        Ok(())
    }
}

//! PostgreSQL inside this process, in a folder.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use pglite_oxide::{PgliteServer, extensions};
use sea_orm::{ConnectOptions, DatabaseConnection};

use super::server::PLANS;

/// The running database; gone once it was stopped.
pub(super) struct Embedded(Mutex<Option<PgliteServer>>);

/// It serves one connection, so nothing may ask for a second while it holds one.
const CONNECTIONS: u32 = 1;

/// The first connection starts the database, which takes seconds in an unoptimised build.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) async fn open(folder: &Path) -> Result<(DatabaseConnection, Embedded)> {
    let server = {
        let folder = folder.to_owned();
        tokio::task::spawn_blocking(move || start(&folder)).await??
    };
    let mut options = ConnectOptions::new(server.database_url());
    options.max_connections(CONNECTIONS).acquire_timeout(PATIENCE).sqlx_logging(false);
    let connection = sea_orm::Database::connect(options).await.context("the embedded database does not answer")?;
    Ok((connection, Embedded(Mutex::new(Some(server)))))
}

fn start(folder: &Path) -> Result<PgliteServer> {
    std::fs::create_dir_all(folder).with_context(|| format!("the data folder {} cannot be made", folder.display()))?;
    let server = PgliteServer::builder().path(folder).extension(extensions::PG_TRGM).postgres_config(PLANS.0, PLANS.1);
    match server.start() {
        Ok(server) => Ok(server),
        Err(error) if format!("{error:#}").contains("already in use") => {
            bail!("the data folder {} is in use by another process", folder.display())
        }
        Err(error) => Err(error.context(format!("the data folder {} cannot be opened", folder.display()))),
    }
}

impl Embedded {
    /// Stops the database; every connection must be closed before.
    pub(super) async fn stop(&self) -> Result<()> {
        let server = self.0.lock().ok().and_then(|mut server| server.take());
        if let Some(server) = server {
            tokio::task::spawn_blocking(move || server.shutdown()).await??;
        }
        Ok(())
    }
}

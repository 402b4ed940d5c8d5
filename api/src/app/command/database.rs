//! Functions for opening the database and parsing resource names, shared by several commands.

use anyhow::{Result, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::app::settings::Settings;
use crate::app::{routes, seed};
use crate::base::db::{Database, Schema};
use crate::import::Files;

/// Returns the parser of a resource name.
pub(super) fn files() -> impl TypedValueParser<Value = &'static Files> {
    let names = PossibleValuesParser::new(routes::files().map(|files| files.resource.collection));
    names.try_map(|name| seed::of_collection(&name).ok_or("unknown"))
}

/// Opens the database, and migrates an old schema if `migrate` is set or the database is embedded. Fails if the schema is still
/// old, or newer than this program requires.
pub(super) async fn open(settings: &Settings, migrate: bool) -> Result<Database> {
    let database = Database::open(&settings.database).await?;
    let prepared = prepare(&database, migrate).await;
    closed_on_error(database, prepared).await
}

/// Returns the database, or closes it after an error. An open embedded database would keep the process from exiting.
async fn closed_on_error(database: Database, result: Result<()>) -> Result<Database> {
    match result {
        Ok(()) => Ok(database),
        Err(error) => {
            database.close().await?;
            Err(error)
        }
    }
}

async fn prepare(database: &Database, migrate: bool) -> Result<()> {
    match database.schema().await? {
        Schema::Current => {}
        Schema::Newer => bail!("the database was made by a newer version of this program; run that version"),
        Schema::Old { .. } if migrate || database.is_embedded() => database.migrate(None).await?,
        Schema::Old { missing } => {
            bail!(
                "the database lacks {missing} schema steps; run `transferatlas migrate`, or `transferatlas --migrate`"
            )
        }
    }
    Ok(())
}

/// Opens the database as `open` does, and fills an empty directory with the content of this release. Fails like `open`.
pub(super) async fn open_filled(settings: &Settings, migrate: bool) -> Result<Database> {
    let database = open(settings, migrate).await?;
    let filled = seed::fill(&database).await;
    closed_on_error(database, filled).await
}

//! The command line.

mod export;
mod import;
mod migrate;
mod openapi;
mod serve;
mod token;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};

use crate::app::settings::{Listen, Settings};
use crate::app::{logging, routes, seed};
use crate::base::db::{Database, Schema};
use crate::import::Files;

/// The open directory of Germany's Modellprojekte Smart Cities, as an HTTP service.
#[derive(Debug, Parser)]
#[command(name = "transferatlas", version)]
struct Line {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    settings: Settings,

    #[command(flatten)]
    listen: Listen,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests; what the program does without a command
    Serve,
    /// Bring the schema of the database up to date, or take steps back
    Migrate(migrate::Migrate),
    /// Store what a file holds: all of it, or nothing
    Import(import::Import),
    /// Write what `import` reads
    Export(export::Export),
    /// Issue, list and revoke tokens, and change the keys they are signed with
    #[command(subcommand)]
    Token(token::Token),
    /// Write the OpenAPI document
    Openapi,
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    let line = Line::parse();
    let result = logging::start(&line.settings).and_then(|()| {
        actix_web::rt::System::new().block_on(async {
            match line.command.unwrap_or(Command::Serve) {
                Command::Serve => serve::run(&line.settings, &line.listen).await,
                Command::Migrate(migrate) => migrate.run(&line.settings).await,
                Command::Import(import) => import.run(&line.settings).await,
                Command::Export(export) => export.run(&line.settings).await,
                Command::Token(token) => token.run(&line.settings).await,
                Command::Openapi => openapi::run(),
            }
        })
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("transferatlas: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Reads the name of a resource.
fn files() -> impl TypedValueParser<Value = &'static Files> {
    let names = PossibleValuesParser::new(routes::files().map(|files| files.resource.collection));
    names.try_map(|name| seed::of_collection(&name).ok_or("unknown"))
}

/// Opens the database at the schema this program needs. On the embedded database it is brought there.
async fn open(settings: &Settings, migrate: bool) -> Result<Database> {
    let database = Database::open(&settings.database).await?;
    match database.schema().await? {
        Schema::Current => {}
        Schema::Newer => bail!("the database was made by a newer version of this program; use that one"),
        Schema::Old { .. } if migrate || database.is_embedded() => database.migrate(None).await?,
        Schema::Old { missing } => {
            bail!(
                "the database lacks {missing} schema steps; run `transferatlas migrate`, or `transferatlas --migrate`"
            )
        }
    }
    Ok(database)
}

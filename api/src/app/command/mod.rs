//! Command line.

mod database;
mod export;
mod import;
mod migrate;
mod openapi;
mod seed;
mod serve;
mod token;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::logging;
use crate::app::settings::{Listen, Settings};

/// REST service of the open directory of Germany's Modellprojekte Smart Cities.
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
    /// Serve the directory over HTTP (default)
    Serve,
    /// Migrate the schema of the database to the newest version, or revert steps
    Migrate(migrate::Migrate),
    /// Import the entries of a file: all or none
    Import(import::Import),
    /// Export the entries of a resource in a format that `import` reads
    Export(export::Export),
    /// Update the directory to the content of this release. Entries changed in the directory are kept
    Seed(seed::Seed),
    /// Issue, list and revoke tokens, and rotate the signing keys
    #[command(subcommand)]
    Token(token::Token),
    /// Write the OpenAPI document to standard output
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
                Command::Seed(seed) => seed.run(&line.settings).await,
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

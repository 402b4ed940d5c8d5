//! The command line.

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
    /// Bring the directory to the content of this release; what was changed in the directory stays
    Seed(seed::Seed),
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

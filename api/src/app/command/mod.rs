//! The command line and its commands.

mod check;
mod database;
mod export;
mod import;
mod migrate;
mod openapi;
mod seed;
mod serve;
mod token;

use std::process::ExitCode;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::app::logging;
use crate::app::settings::{Listen, Settings};
use crate::auth::KeySettings;
use crate::base::db::DatabaseSettings;

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
    /// Migrate the database schema to the newest version, or revert schema steps
    Migrate(migrate::Migrate),
    /// Create and update entries from a file. If one entry is invalid, nothing is stored
    Import(import::Import),
    /// Export the entries of a resource in a format that `import` reads
    Export(export::Export),
    /// Update the directory to the content of this release. Keeps entries that were changed in the directory
    Seed(seed::Seed),
    /// Compare stored representations of entries with the tables from which they are built. Reads the whole directory
    Check(check::Check),
    /// Issue, list and revoke tokens, and rotate the signing keys
    #[command(subcommand)]
    Token(token::Token),
    /// Write the OpenAPI document to standard output
    Openapi,
}

impl Line {
    /// Parses the arguments of the process. Exits if they are invalid, and after printing help.
    fn read() -> Self {
        let mut command = command_line();
        let read = Self::of(&command.get_matches_mut());
        read.unwrap_or_else(|error| error.format(&mut command).exit())
    }

    fn of(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut line = Self::from_arg_matches(matches)?;
        if let Some(("serve", after)) = matches.subcommand() {
            line.listen.update_from_arg_matches(&given(after))?;
        }
        Ok(line)
    }
}

/// Returns the command line. The help of each command lists only the settings that the command uses.
fn command_line() -> clap::Command {
    Line::command().mut_subcommands(|command| match command.get_name() {
        "serve" => {
            // `augment_args` replaces the description of the command by that of the settings, so it is set again.
            let about = command.get_about().cloned().unwrap_or_default();
            Listen::augment_args(command).about(about)
        }
        "token" => command,
        "openapi" => without_help_on::<DatabaseSettings>(without_help_on::<KeySettings>(command)),
        _ => without_help_on::<KeySettings>(command),
    })
}

/// Hides settings in the help of a command. The command still accepts them, because global settings may precede any command.
fn without_help_on<S: Args>(command: clap::Command) -> clap::Command {
    let settings = S::augment_args(clap::Command::new("settings"));
    command.args(settings.get_arguments().map(|argument| argument.clone().hide(true)))
}

/// Returns only the arguments that were given on the command line. Without this filter, defaults and environment variables
/// would override arguments before the command.
fn given(matches: &ArgMatches) -> ArgMatches {
    let mut given = matches.clone();
    for id in matches.ids().filter(|id| matches.value_source(id.as_str()) != Some(ValueSource::CommandLine)) {
        // Cannot fail, because the ID comes from the same matches.
        let _ = given.try_clear_id(id.as_str());
    }
    given
}

/// Parses the arguments of the process, and runs the command. Prints an error to standard error.
pub fn run() -> ExitCode {
    let line = Line::read();
    let result = logging::start(&line.settings).and_then(|()| {
        actix_web::rt::System::new().block_on(async {
            match line.command.unwrap_or(Command::Serve) {
                Command::Serve => serve::run(&line.settings, &line.listen).await,
                Command::Migrate(migrate) => migrate.run(&line.settings).await,
                Command::Import(import) => import.run(&line.settings).await,
                Command::Export(export) => export.run(&line.settings).await,
                Command::Seed(seed) => seed.run(&line.settings).await,
                Command::Check(check) => check.run(&line.settings).await,
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

#[cfg(test)]
mod tests {
    use super::*;

    fn port(arguments: &[&str]) -> (u16, Option<u16>) {
        let matches = command_line().try_get_matches_from([&["transferatlas"], arguments].concat()).unwrap();
        let listen = Line::of(&matches).unwrap().listen;
        (listen.port, listen.workers)
    }

    #[test]
    fn command_line_definition_is_valid() {
        command_line().debug_assert();
    }

    #[test]
    fn server_options_are_accepted_before_and_after_serve() {
        assert_eq!(port(&[]), (8080, None));
        assert_eq!(port(&["--port", "1"]), (1, None));
        assert_eq!(port(&["serve", "--port", "1"]), (1, None));
        assert_eq!(port(&["--port", "1", "serve"]), (1, None));
        assert_eq!(port(&["--port", "1", "serve", "--workers", "2"]), (1, Some(2)));
        assert_eq!(port(&["--workers", "2", "--port", "1", "serve", "--port", "3"]), (3, Some(2)));
    }
}

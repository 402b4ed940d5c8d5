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

impl Line {
    /// Reads the arguments of the process. Exits if they are invalid, or ask for help.
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

/// Returns the command line, in which the help of each command has the settings that the command uses.
fn command_line() -> clap::Command {
    Line::command().mut_subcommands(|command| match command.get_name() {
        "serve" => Listen::augment_args(command),
        "token" => command,
        "openapi" => without_help_on::<DatabaseSettings>(without_help_on::<KeySettings>(command)),
        _ => without_help_on::<KeySettings>(command),
    })
}

/// Leaves settings out of the help of a command. It still accepts them, because they may be given before it, too.
fn without_help_on<S: Args>(command: clap::Command) -> clap::Command {
    let settings = S::augment_args(clap::Command::new("settings"));
    command.args(settings.get_arguments().map(|argument| argument.clone().hide(true)))
}

/// Returns the arguments of a command without defaults and environment variables, which take no precedence over
/// arguments before the command.
fn given(matches: &ArgMatches) -> ArgMatches {
    let mut given = matches.clone();
    for id in matches.ids().filter(|id| matches.value_source(id.as_str()) != Some(ValueSource::CommandLine)) {
        // The ID comes from these matches, so it is known.
        let _ = given.try_clear_id(id.as_str());
    }
    given
}

/// Runs the command that the process was started with.
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
    fn the_command_line_is_consistent() {
        command_line().debug_assert();
    }

    #[test]
    fn settings_of_the_server_stand_before_or_after_serve() {
        assert_eq!(port(&[]), (8080, None));
        assert_eq!(port(&["--port", "1"]), (1, None));
        assert_eq!(port(&["serve", "--port", "1"]), (1, None));
        assert_eq!(port(&["--port", "1", "serve"]), (1, None));
        assert_eq!(port(&["--port", "1", "serve", "--workers", "2"]), (1, Some(2)));
        assert_eq!(port(&["--workers", "2", "--port", "1", "serve", "--port", "3"]), (3, Some(2)));
    }
}

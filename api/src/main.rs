//! Parses the command line, starts the log, runs the command.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::app::command::run()
}

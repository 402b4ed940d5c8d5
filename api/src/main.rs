//! The program `transferatlas`.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::app::command::run()
}

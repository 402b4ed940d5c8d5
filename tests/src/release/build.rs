//! Build of the service.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// Builds the program `transferatlas` as `cargo build --release` does, and returns its path. `cargo run -p tests` builds the
/// measuring program only. Without Cargo, the program beside this one is measured.
pub fn build(cargo: Option<&Path>) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let Some(cargo) = cargo else {
        let program = here.with_file_name("transferatlas");
        ensure!(program.exists(), "{} is missing: start this program with `cargo run`", program.display());
        return Ok(program);
    };
    let folder = here.ancestors().nth(2).context("the folder of the build")?;
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "--package", "api", "--target-dir"]).arg(folder);
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    ensure!(built.success(), "the service could not be built");
    Ok(folder.join("release/transferatlas"))
}

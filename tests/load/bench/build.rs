//! Build of the service.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// Builds the program `transferatlas` beside this program, as `cargo build --release` does. `cargo run -p tests` builds
/// this program only. Without Cargo, an existing program is measured.
pub(crate) fn build(cargo: Option<&Path>) -> Result<()> {
    if cfg!(debug_assertions) {
        bail!("this build is not optimised: use `cargo run --release`");
    }
    let Some(cargo) = cargo else { return Ok(()) };
    let here = std::env::current_exe()?;
    let folder = here.ancestors().nth(2).context("the folder of the build")?;
    let mut command = Command::new(cargo);
    command.args(["build", "--release", "--locked", "--package", "api", "--target-dir"]).arg(folder);
    let built = command.current_dir(env!("CARGO_MANIFEST_DIR")).status()?;
    ensure!(built.success(), "the service could not be built");
    Ok(())
}

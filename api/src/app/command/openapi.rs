//! The command `openapi`.

use std::io::Write;

use anyhow::Result;

use crate::app::document::document;

pub(super) fn run() -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}", document().to_pretty_json()?)?;
    Ok(())
}

//! The command `openapi`.

use std::io::Write;

use anyhow::Result;

use crate::app::document::DOCUMENT;

pub(super) fn run() -> Result<()> {
    Ok(std::io::stdout().lock().write_all(DOCUMENT.as_bytes())?)
}

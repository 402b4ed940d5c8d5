//! The command `export`.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::database::{files, open};
use crate::app::settings::Settings;
use crate::import::{Files, Form, export};

/// Arguments of `export`.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Resource to export
    #[arg(value_parser = files())]
    resource: &'static Files,

    /// File to write. Defaults to standard output
    #[arg(long, short)]
    output: Option<PathBuf>,

    /// Format of the file; CSV for municipalities only. Defaults to that of the file extension, or JSON
    #[arg(long, value_enum)]
    form: Option<Form>,
}

impl Export {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let form = self.form.or_else(|| self.output.as_deref().and_then(Form::of)).unwrap_or(Form::Json);
        self.resource.require(form)?;
        let database = open(settings, false).await?;
        let text = export(&database, self.resource, form).await;
        database.close().await?;
        let text = text?;
        match self.output {
            Some(path) => std::fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display())),
            None => Ok(std::io::stdout().lock().write_all(text.as_bytes())?),
        }
    }
}

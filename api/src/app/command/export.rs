use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use super::database::{files, open};
use crate::app::settings::Settings;
use crate::import::{Files, Form, export};

/// What to write.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// What to write the entries of
    #[arg(value_parser = files())]
    resource: &'static Files,

    /// File to write; standard output without it
    #[arg(long, short)]
    output: Option<PathBuf>,

    /// How to write; by default as the file's ending says, or else JSON
    #[arg(long, value_enum)]
    form: Option<Form>,
}

impl Export {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let form = self.form.or_else(|| self.output.as_deref().and_then(Form::of)).unwrap_or(Form::Json);
        if form == Form::Csv && self.resource.table.is_none() {
            bail!("only municipalities fit into a table; choose json or ndjson");
        }
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

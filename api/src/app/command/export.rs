//! The command `export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;

use super::database::{files, open};
use crate::app::settings::Settings;
use crate::base::db::Database;
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
        let exported = self.write(&database, form).await;
        database.close().await?;
        exported
    }

    async fn write(&self, database: &Database, form: Form) -> Result<()> {
        let Some(path) = &self.output else {
            let mut out = BufWriter::new(std::io::stdout().lock());
            export(database, self.resource, form, &mut out).await?;
            return Ok(out.flush()?);
        };
        let failed = || format!("{} cannot be written", path.display());
        let mut out = BufWriter::new(File::create(path).with_context(failed)?);
        export(database, self.resource, form, &mut out).await?;
        out.flush().with_context(failed)
    }
}

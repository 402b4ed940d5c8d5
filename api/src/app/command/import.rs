//! The command `import`.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::database::{files, open};
use crate::app::seed;
use crate::app::settings::Settings;
use crate::base::db::author::Author;
use crate::base::db::version::DirectoryVersion;
use crate::base::error::Error;
use crate::import::{Files, Form, ImportError, Storing, store};

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    /// File with entries: JSON, NDJSON or CSV (municipalities only)
    file: PathBuf,

    /// Resource of the entries. Defaults to the file name without its extension: `projects` for `projects.json`
    #[arg(long, value_parser = files())]
    resource: Option<&'static Files>,

    /// Format of the file. Defaults to that of the file extension
    #[arg(long, value_enum)]
    form: Option<Form>,

    /// Validate the entries against the directory without storing them
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> Result<()> {
        let Some(files) = self.resource.or_else(|| of(&self.file)) else {
            bail!("the file name {} is not that of a resource; set the resource with --resource", self.file.display())
        };
        let Some(form) = self.form.or_else(|| Form::of(&self.file)) else {
            bail!("the file name {} has no known extension; set the format with --form", self.file.display())
        };
        files.require(form)?;
        let bytes = std::fs::read(&self.file).with_context(|| format!("{} cannot be read", self.file.display()))?;
        let text = form.text(bytes).map_err(|reason| anyhow!("{} {reason}", self.file.display()))?;

        let batch = files.read(form, &text)?;
        drop(text);
        let database = open(settings, false).await?;
        let directory = DirectoryVersion::open(&database.connection()).await?;
        let style = ProgressStyle::with_template("{bar:30} {pos} of {len} entries")?;
        let bar = ProgressBar::new(batch.len() as u64).with_style(style);
        let progress = bar.clone();
        let how = Storing { author: Author::command("import"), is_rehearsal: self.dry_run };
        let stored = store(&database, &directory, vec![batch], how, move |entries| progress.inc(entries as u64));
        let stored = stored.await;
        bar.finish_and_clear();
        let closed = database.close().await;
        let stored = match stored {
            Ok(stored) => stored,
            Err(ImportError::Failed(Error::Taken(_))) => {
                bail!(
                    "nothing was stored: the slug or official key of an entry belongs to another entry; change one of them"
                )
            }
            Err(error) => return Err(error.into()),
        };
        let done = if self.dry_run { "would be" } else { "were" };
        eprintln!("{} {done} created, {} changed; {} unchanged", stored.created, stored.updated, stored.unchanged);
        for change in &stored.key_changes {
            eprintln!("{change}");
        }
        closed
    }
}

/// Returns the resource with the name of a file, in which underscores count as hyphens.
fn of(file: &Path) -> Option<&'static Files> {
    let name = file.file_stem()?.to_str()?.replace('_', "-");
    seed::of_collection(&name)
}

//! The directory's first content, in the program itself.

use anyhow::{Result, anyhow};

use crate::db::Database;
use crate::directory::Directory;
use crate::import::{Batch, Form, Refused, Resource, store};

/// In the order in which they refer to each other.
const FILES: &[(Resource, Form, &str)] = &[
    (Resource::Municipalities, Form::Csv, include_str!("../seed/municipalities.csv")),
    (Resource::Themes, Form::Json, include_str!("../seed/themes.json")),
    (Resource::Projects, Form::Json, include_str!("../seed/projects.json")),
];

/// Fills a directory that nothing was ever written to.
///
/// Must be called inside an actix system.
pub async fn fill(database: &Database) -> Result<()> {
    let directory = Directory::open(database.connection()).await?;
    if directory.version().number > 0 {
        return Ok(());
    }
    tracing::info!("the directory is empty and gets its first content");
    let read = |(resource, form, text): &(Resource, Form, &str)| {
        Batch::read(*resource, *form, text)
            .map_err(|flaws| anyhow!("the first content of {resource:?} is flawed: {}", first(&flaws)))
    };
    let batches = FILES.iter().map(read).collect::<Result<Vec<_>>>()?;
    match store(database, &directory, batches, false, |_| {}).await {
        Ok(stored) => tracing::info!(entries = stored.created, "the directory has its first content"),
        Err(Refused::Flaws(flaws)) => return Err(anyhow!("the first content is flawed: {}", first(&flaws))),
        Err(Refused::Failed(error)) => return Err(anyhow!(error).context("the first content could not be stored")),
    }
    Ok(())
}

fn first(flaws: &[impl std::fmt::Display]) -> String {
    flaws.first().map(ToString::to_string).unwrap_or_default()
}

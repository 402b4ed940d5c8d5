//! The content of the directory in files.

use anyhow::{Context, Result};

use crate::app::routes;
use crate::base::db::Database;
use crate::import::{Files, seed};

pub use crate::import::seed::{FormerKeysFile, ReleaseContent, SourceFile};
pub use crate::import::{Form, UpdateReport};

/// Fills a directory that no entry was ever written to with the content that the program brings along.
///
/// Must be called inside an actix system.
pub async fn fill(database: &Database) -> Result<()> {
    seed::fill(database, &routes::files().collect::<Vec<_>>()).await
}

/// Returns the content that the program brings along.
pub fn release_content() -> ReleaseContent<'static> {
    ReleaseContent::of(&routes::files().collect::<Vec<_>>())
}

/// Brings a directory to the content of a release. What was changed in the directory since an earlier release stays, and the
/// report lists it. A rehearsal stores nothing.
///
/// Must be called inside an actix system.
pub async fn update(database: &Database, content: &ReleaseContent<'_>, is_rehearsal: bool) -> Result<UpdateReport> {
    seed::update(database, &routes::files().collect::<Vec<_>>(), content, is_rehearsal).await
}

/// Adds the entries of files, in the order in which they refer to each other.
///
/// Must be called inside an actix system.
pub async fn add(database: &Database, files: &[SourceFile<'_>]) -> Result<()> {
    seed::add(database, &routes::files().collect::<Vec<_>>(), files).await
}

/// Returns all entries of a collection as `import` reads them.
pub async fn export(database: &Database, collection: &str, form: Form) -> Result<String> {
    let files = of_collection(collection).with_context(|| format!("there are no {collection}"))?;
    Ok(crate::import::export(database, files, form).await?)
}

/// Returns how the entries of a collection are read from files and written to them.
pub(crate) fn of_collection(collection: &str) -> Option<&'static Files> {
    routes::files().find(|files| files.resource.collection == collection)
}

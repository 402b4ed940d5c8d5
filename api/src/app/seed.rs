//! Import and export of the content of the directory.

use anyhow::{Context, Result};

use crate::app::routes;
use crate::base::db::Database;
use crate::import::{Files, seed};

pub use crate::import::seed::{FormerKeysFile, ReleaseContent, SourceFile};
pub use crate::import::{Form, UpdateReport};

/// Fills an empty directory with the content of this release. If the directory was filled before changes were recorded, records
/// its entries as the start of the history. Does nothing if the database accepts no writes.
///
/// Must be called inside an actix system.
pub async fn fill(database: &Database) -> Result<()> {
    seed::fill(database, &routes::files().collect::<Vec<_>>()).await
}

/// Returns the content of this release.
pub fn release_content() -> ReleaseContent<'static> {
    ReleaseContent::of(&routes::files().collect::<Vec<_>>())
}

/// Updates a directory to the content of a release. Keeps entries that were changed in the directory since an earlier
/// release, and lists them in the report. With `is_rehearsal`, stores nothing. Fails if the content is invalid.
///
/// Must be called inside an actix system.
pub async fn update(database: &Database, content: &ReleaseContent<'_>, is_rehearsal: bool) -> Result<UpdateReport> {
    seed::update(database, &routes::files().collect::<Vec<_>>(), content, is_rehearsal).await
}

/// Adds the entries of files. A file comes after those that its entries refer to. Fails with the first error of the files, and
/// then stores nothing.
///
/// Must be called inside an actix system.
pub async fn add(database: &Database, files: &[SourceFile<'_>]) -> Result<()> {
    seed::add(database, &routes::files().collect::<Vec<_>>(), files).await
}

/// Returns all entries of a resource in a format that `import` reads. `collection` is the name of the resource as used
/// in paths. Fails for an unknown name. For CSV, the resource must have a table of columns.
pub async fn export(database: &Database, collection: &str, form: Form) -> Result<String> {
    let files = of_collection(collection).with_context(|| format!("there is no resource `{collection}`"))?;
    let mut text = vec![];
    crate::import::export(database, files, form, &mut text).await?;
    Ok(String::from_utf8(text)?)
}

/// Returns the file formats of a resource, given by its name as used in paths.
pub(crate) fn of_collection(collection: &str) -> Option<&'static Files> {
    routes::files().find(|files| files.resource.collection == collection)
}

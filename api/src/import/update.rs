//! Update of a directory to the content of a release.

use super::baseline::COMMAND;
use super::error::{ImportError, Stopped};
use super::files::{Files, ParsedFile};
use super::report::UpdateReport;
use super::retire::RetiredKeys;
use crate::base::db::version::DirectoryVersion;
use crate::base::db::{Author, Database, Timeouts, Write};

/// The parsed content of a release.
pub(super) struct Content {
    /// Batches of entries. A batch comes after those that its entries refer to.
    pub batches: Vec<ParsedFile>,
    pub retirements: Vec<Retirement>,
}

/// Retired keys of a resource.
pub(super) struct Retirement {
    pub files: &'static Files,
    pub keys: RetiredKeys,
}

/// Updates a directory to the content of a release in one transaction. With `is_rehearsal`, or if nothing changes,
/// rolls the transaction back.
pub(super) async fn update(
    database: &Database,
    directory: &DirectoryVersion,
    content: Content,
    is_rehearsal: bool,
) -> Result<UpdateReport, ImportError> {
    let work = async move |write: &Write| {
        let mut report = UpdateReport::default();
        for batch in content.batches {
            report.add(batch.0.merge(write).await.map_err(Stopped::ImportError)?);
        }
        for Retirement { files, keys } in &content.retirements {
            report.add((files.retire)(write, keys).await?);
        }
        if is_rehearsal || report.is_empty() {
            return Err(Stopped::Unneeded(report));
        }
        write.analyze().await?;
        Ok(report)
    };
    match database.write(directory, Author::command(COMMAND), Timeouts::Disabled, work).await {
        Ok(report) | Err(Stopped::Unneeded(report)) => Ok(report),
        Err(Stopped::ImportError(error)) => Err(error),
    }
}

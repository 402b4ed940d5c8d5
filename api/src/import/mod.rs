//! Import and export of files of entries, and updates to the content of a release.

mod assign;
mod baseline;
mod entries;
mod error;
mod export;
mod files;
mod form;
mod merge;
mod report;
mod retire;
mod rows;
pub(crate) mod seed;
mod store_rows;
mod table;
#[cfg(test)]
mod tests;
mod update;
mod valid_rows;

pub(crate) use self::error::ImportError;
pub(crate) use self::export::export;
pub(crate) use self::files::{Files, Storing, store};
pub use self::form::Form;
pub use self::report::UpdateReport;
pub(crate) use self::retire::FormerKeys;
pub(crate) use self::table::Column;

//! What can be set of an entry, by requests and by files alike.

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;
use validator::Validate;

use super::references::{ReferenceVisitor, ResolvedReferences};
use crate::base::db::Write;
use crate::base::error::Result;
use crate::base::validation::length::json_length;
use crate::model::catalog::Resource;
use crate::query::entry::Entry;

/// What can be set of an entry.
pub(crate) trait Input: Clone + PartialEq + Serialize + DeserializeOwned + Validate + 'static {
    /// The entry as it is shown.
    type View: Entry + Into<Self>;
    const RESOURCE: &'static Resource = Self::View::RESOURCE;
    /// Members that the directory derives itself. A file may hold them; they are ignored.
    const DERIVED: &'static [&'static str] = &[];
    /// Optional members that count for the completeness of an entry.
    const WANTED: &'static [&'static str] = &[];

    fn slug(&self) -> &str;

    /// The official key, which identifies the entry before its slug does.
    fn official(&self) -> Option<&str> {
        None
    }

    /// The municipalities that are responsible for the entry, by the names that are stored. Where there are none, only callers
    /// who act for all municipalities may write it.
    fn responsible_municipalities(&self) -> Vec<&str> {
        vec![]
    }

    /// Sets the day the entry was confirmed, where it has a member for that.
    fn confirm(&mut self, _day: NaiveDate) {}

    /// Passes every name of another entry to `visitor`.
    fn visit_references(&mut self, _visitor: &mut ReferenceVisitor<'_>) {}

    /// Stores entries with what belongs to them. Each is new or replaces the one with its id.
    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()>;
}

/// Bytes that an entry may have, as compact JSON in UTF-8.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// Returns a violation's text if a value is longer than `MAX_BYTES`. One limit holds wherever an entry is written, so that
/// what was accepted once can be sent back.
pub(crate) fn too_long(value: &impl Serialize) -> Option<String> {
    let length = json_length(value);
    (length > MAX_BYTES).then(|| {
        format!(
            "is {length} bytes long as compact JSON in UTF-8, and may have at most {MAX_BYTES} bytes; shorten its texts"
        )
    })
}

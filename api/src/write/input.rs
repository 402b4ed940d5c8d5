//! Inputs: the writable members of entries, in requests and in files.

use chrono::NaiveDate;
use serde::Serialize;
use uuid::Uuid;

use super::references::{ReferenceVisitor, ResolvedReferences};
use crate::base::db::Write;
use crate::base::error::{Result, Rule};
use crate::base::validation::Received;
use crate::base::validation::length::json_length;
use crate::model::catalog::Resource;
use crate::query::entry::Entry;

/// The writable members of an entry.
pub(crate) trait Input: Clone + PartialEq + Received + 'static {
    /// The public view of the entry.
    type View: Clone + Entry + Into<Self>;
    const RESOURCE: &'static Resource = Self::View::RESOURCE;
    /// Optional members that count towards the completeness of an entry.
    const WANTED: &'static [&'static str] = &[];

    fn slug(&self) -> &str;

    /// The official key, which identifies the entry with precedence over its slug.
    fn official(&self) -> Option<&str> {
        None
    }

    /// Returns the stored keys of the municipalities that are responsible for the entry. Where there are none, only
    /// callers who act for all municipalities may write it.
    fn responsible_municipalities(&self) -> Vec<&str> {
        vec![]
    }

    /// Keeps the stored values of members that `shown`, the view of the current entry, also derives from other entries,
    /// where the input has them as shown.
    fn keep_derived(&mut self, _shown: &Self::View) {}

    /// Returns the date of the last confirmation.
    fn confirmed_on(&self) -> Option<NaiveDate> {
        None
    }

    /// Sets the date of confirmation, where the entry has a member for it.
    fn confirm(&mut self, _day: NaiveDate) {}

    /// Passes every reference to another entry to `visitor`.
    fn visit_references(&mut self, _visitor: &mut ReferenceVisitor<'_>) {}

    /// Stores entries with their child rows. Each is new or replaces the entry with its ID.
    async fn store(write: &Write, references: &ResolvedReferences, entries: Vec<(Uuid, Self)>) -> Result<()>;
}

/// Largest size of an entry, in bytes of compact JSON in UTF-8.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// Returns the broken rule if a value is longer than `MAX_BYTES`. The same limit applies wherever an entry is
/// written, so that an accepted entry can always be sent back.
pub(crate) fn too_long(value: &impl Serialize) -> Option<Rule> {
    let bytes = json_length(value);
    (bytes > MAX_BYTES).then_some(Rule::Bytes { bytes, max: MAX_BYTES })
}

//! Inputs: the writable members of entries, as in requests and files.

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
    /// Representation of the entry in responses.
    type View: Clone + Entry + Into<Self>;
    const RESOURCE: &'static Resource = Self::View::RESOURCE;
    /// Optional members that count towards the completeness of an entry.
    const WANTED: &'static [&'static str] = &[];

    fn slug(&self) -> &str;

    /// Returns the official key, which takes precedence over the slug as identifier of the entry.
    fn official(&self) -> Option<&str> {
        None
    }

    /// Returns the stored keys of the municipalities that are responsible for the entry. Without responsible municipalities,
    /// only callers that act for all municipalities may write the entry.
    fn responsible_municipalities(&self) -> Vec<&str> {
        vec![]
    }

    /// Restores the stored values of members that the representation derives from other entries, if the input repeats them as
    /// in `shown`, the current representation. Sending the representation back thus changes nothing.
    fn keep_derived(&mut self, _shown: &Self::View) {}

    /// Returns the date of the last confirmation.
    fn confirmed_on(&self) -> Option<NaiveDate> {
        None
    }

    /// Sets the date of the last confirmation. Does nothing for entries without such a member.
    fn confirm(&mut self, _day: NaiveDate) {}

    /// Passes every reference to another entry to `visitor`.
    fn visit_references(&mut self, _visitor: &mut ReferenceVisitor<'_>) {}

    /// Stores entries with their child rows. Each entry is new, or replaces the entry with the same ID.
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

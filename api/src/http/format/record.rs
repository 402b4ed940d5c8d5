//! The trait of entries that the HTTP layer represents in several formats.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::atom::Item;
use super::form::Format;
use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts};

/// Implements the members of `Record` that are the same for every entry of the directory.
macro_rules! impl_entry_record {
    () => {
        fn id(&self) -> uuid::Uuid {
            self.id
        }

        fn revision(&self) -> Option<i64> {
            Some(self.revision)
        }

        fn slug(&self) -> Option<&str> {
            Some(&self.slug)
        }

        fn updated_at(&self) -> Option<chrono::DateTime<chrono::Utc>> {
            Some(self.updated_at)
        }

        fn mark(&mut self, highlight: $crate::model::highlight::Highlight) {
            self.highlight = Some(highlight);
        }
    };
}
pub(crate) use impl_entry_record;

/// The public view of an entry of the directory.
pub(crate) trait Record: Serialize + ToSchema + 'static {
    /// Formats of a list. The first is the default.
    const LISTS: &'static [Format];
    /// Formats of one entry.
    const ENTRIES: &'static [Format];
    /// Whether `highlight` defaults to true.
    const MARKED: bool = false;
    /// Whether items change only with the directory version, so that their total and facets are counted once per version. Stored
    /// representations tell their version themselves.
    const CHANGES_WITH_VERSION: bool = false;
    /// Title of the feed and of the calendar, in German.
    const FEED: &'static str = "";
    /// Columns in CSV, as paths into the JSON of the entry, such as `title.de`. Several values of one path are joined in one
    /// cell.
    const COLUMNS: &'static [&'static str];

    /// Returns the ID of the entry.
    fn id(&self) -> Uuid;

    /// Returns the directory version of the last change. `None` for items that are part of the program.
    fn revision(&self) -> Option<i64> {
        None
    }

    /// Returns the slug. `None` for records without one.
    fn slug(&self) -> Option<&str> {
        None
    }

    /// Returns the time of the last change. `None` for items that are part of the program.
    fn updated_at(&self) -> Option<DateTime<Utc>> {
        None
    }

    /// Returns the locations of the entry. Empty if unknown.
    fn places(&self) -> Vec<Location> {
        vec![]
    }

    /// Returns the data of the entry in a feed. `None` for records without feeds.
    fn item(&self) -> Option<Item<'_>> {
        None
    }

    /// Returns the event of the entry in a calendar. `None` if the entry has no full date.
    fn event(&self) -> Option<ics::Event<'_>> {
        None
    }

    /// Returns the searchable texts of the entry, by member.
    fn texts(&self) -> Texts<'_> {
        vec![]
    }

    /// Sets the highlighted texts.
    fn mark(&mut self, _highlight: Highlight) {}

    /// Sets the relevance of the entry to the search: the sort value, as text.
    fn rank(&mut self, _key: &str) {}
}

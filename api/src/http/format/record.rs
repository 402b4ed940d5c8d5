//! What can be sent.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::atom::Item;
use super::form::Format;
use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts};

/// What every entry of the directory tells alike, as a part of its `Record`.
macro_rules! impl_entry_record {
    () => {
        fn id(&self) -> uuid::Uuid {
            self.id
        }

        fn revision(&self) -> Option<i64> {
            Some(self.revision)
        }

        fn mark(&mut self, highlight: $crate::model::highlight::Highlight) {
            self.highlight = Some(highlight);
        }
    };
}
pub(crate) use impl_entry_record;

/// What can be sent: an entry of the directory as the world sees it.
pub(crate) trait Record: Serialize + ToSchema + 'static {
    /// The forms of its list; the first is the one nobody asked for.
    const LISTS: &'static [Format];
    /// The forms of one entry.
    const ENTRIES: &'static [Format];
    /// Is it shown where an entry was found, though nobody asked?
    const MARKED: bool = false;
    /// What a feed of it is called, in German.
    const FEED: &'static str = "";
    /// Its columns in CSV: paths into its JSON. Several values of one path stand in one cell.
    const COLUMNS: &'static [&'static str];

    fn id(&self) -> Uuid;

    /// The directory version of its own last change; what is part of the program has none.
    fn revision(&self) -> Option<i64> {
        None
    }

    /// Where it is, as far as that is known.
    fn places(&self) -> Vec<Location> {
        vec![]
    }

    /// What a feed says of it.
    fn item(&self) -> Option<Item<'_>> {
        None
    }

    /// What a calendar says of it, if it has a day.
    fn event(&self) -> Option<ics::Event<'_>> {
        None
    }

    /// What is searched of the entry itself, by member.
    fn texts(&self) -> Texts<'_> {
        vec![]
    }

    /// Shows where in its texts it was found.
    fn mark(&mut self, _highlight: Highlight) {}

    /// Shows how well it fits what was looked for.
    fn rank(&mut self, _key: &str) {}
}

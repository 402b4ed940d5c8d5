//! The forms a list or an entry is sent in; knows no resource.

mod atom;
mod csv;
mod geojson;
mod ical;
mod stream;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts};

pub(crate) use self::atom::{Item, feed};
pub(crate) use self::csv::columns;
pub(crate) use self::geojson::{Feature, FeatureCollection};
pub(crate) use self::ical::calendar;
pub(crate) use self::stream::stream;

/// A form of the answer
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    Json,
    Geojson,
    Csv,
    Ndjson,
    Ics,
    Atom,
    Graphml,
}

impl Format {
    pub(crate) const ALL: [Self; 7] =
        [Self::Json, Self::Geojson, Self::Csv, Self::Ndjson, Self::Ics, Self::Atom, Self::Graphml];

    /// Its name in `format`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Geojson => "geojson",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Ics => "ics",
            Self::Atom => "atom",
            Self::Graphml => "graphml",
        }
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Geojson => "application/geo+json",
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
            Self::Ics => "text/calendar",
            Self::Atom => "application/atom+xml",
            Self::Graphml => "application/graphml+xml",
        }
    }

    /// With the parameters a client needs to read it.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ics => "text/calendar; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            other => other.media_type(),
        }
    }

    /// Does a range of `Accept` include it?
    pub(crate) fn fits(self, range: &str) -> bool {
        let prefix = |range: &str| range.strip_suffix('*').is_some_and(|prefix| self.media_type().starts_with(prefix));
        range == self.media_type() || range == "*/*" || range.ends_with("/*") && prefix(range)
    }
}

/// What every entry of the directory tells alike, as a part of its `Record`.
macro_rules! of_entry {
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
pub(crate) use of_entry;

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

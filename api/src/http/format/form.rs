//! Representation formats of lists and entries.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Representation format
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
    /// All formats.
    pub(crate) const ALL: [Self; 7] =
        [Self::Json, Self::Geojson, Self::Csv, Self::Ndjson, Self::Ics, Self::Atom, Self::Graphml];

    /// Returns the value of `format`.
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

    /// Returns the name of the format as displayed.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Geojson => "GeoJSON",
            Self::Csv => "CSV",
            Self::Ndjson => "NDJSON",
            Self::Ics => "iCalendar",
            Self::Atom => "Atom",
            Self::Graphml => "GraphML",
        }
    }

    /// Returns the media type without parameters.
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

    /// Returns the media type with its parameters.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Ics => "text/calendar; charset=utf-8",
            Self::Atom => "application/atom+xml; charset=utf-8",
            other => other.media_type(),
        }
    }

    /// Returns whether a media range of `Accept` includes the format.
    pub(crate) fn fits(self, range: &str) -> bool {
        let prefix = |range: &str| range.strip_suffix('*').is_some_and(|prefix| self.media_type().starts_with(prefix));
        range == self.media_type() || range == "*/*" || range.ends_with("/*") && prefix(range)
    }
}

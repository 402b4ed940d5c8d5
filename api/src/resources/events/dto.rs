//! Representation of an event.

use chrono::{DateTime, FixedOffset, Utc};
use chrono_tz::Tz;
use entity::vocabulary::{EventKind, EventStatus, FederalState};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::calendar;
use crate::base::link::Link;
use crate::http::format::{Format, Item, Record, impl_entry_record};
use crate::http::{BoundedInt, Filters, Order, Sort};
use crate::model::ags::AgsPrefix;
use crate::model::catalog::{self, Resource};
use crate::model::geo::{Bbox, Kilometres, Location, Near};
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::municipality_link::MunicipalityLink;

/// Conference, workshop or other event
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Event {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000007")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "regional-conference-23-konstanz")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Kind of event.
    pub kind: EventKind,
    /// Number of the event in its series. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 23, minimum = 1, nullable = false)]
    pub number: Option<i16>,
    /// Start date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// End date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// Start time with UTC offset. Omitted when the time of day is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-09-24T09:30:00+02:00", nullable = false)]
    pub starts_at: Option<DateTime<FixedOffset>>,
    /// End time with UTC offset. Omitted when the time of day is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-09-24T17:15:00+02:00", nullable = false)]
    pub ends_at: Option<DateTime<FixedOffset>>,
    /// Time zone of `starts_at` and `ends_at`, by its name in the IANA database. Omitted without `starts_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "Europe/Berlin", nullable = false)]
    pub time_zone: Option<Tz>,
    /// Name of the venue. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bodenseeforum", nullable = false)]
    pub venue: Option<String>,
    /// Postal address. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Reichenaustraße 21, 78462 Konstanz", nullable = false)]
    pub address: Option<String>,
    /// Name of the place, as announced. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Konstanz", nullable = false)]
    pub city: Option<String>,
    /// Municipality in which the event takes place. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub municipality: Option<MunicipalityLink>,
    /// Location of the event, or else of its municipality. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Whether the event is held online. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = false, nullable = false)]
    pub online: Option<bool>,
    /// URL for registration. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.smart-city-dialog.de/veranstaltungen", format = "iri", nullable = false)]
    pub registration_url: Option<String>,
    /// Whether attendance is free of charge. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    pub free: Option<bool>,
    /// Current status.
    pub status: EventStatus,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// Themes.
    pub themes: Vec<Link>,
    /// Model projects that host the event.
    pub projects: Vec<Link>,
    /// Location recorded for the event itself.
    #[serde(skip)]
    pub own_location: Option<Location>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Regionalkonferenz</mark> Konstanz" }), nullable = false)]
    pub highlight: Option<Highlight>,
    #[serde(skip)]
    pub revision: i64,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the last change to the entry itself (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Query parameters of the list of events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Kind of event. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["regional_conference"]))]
    pub kind: Vec<EventKind>,
    /// Status. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["held"]))]
    pub status: Vec<EventStatus>,
    /// Start of a period: a year, month or day. Matches entries that are not over before its first day. Entries without
    /// dates do not match.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// End of a period: a year, month or day. Matches entries that have started by its last day. Entries without dates
    /// do not match.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    /// Year in which the event starts. Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!([2025]))]
    pub year: Vec<BoundedInt<1900, 2999>>,
    /// Whether the event ends today (in Germany) or later. Events without a date match neither value.
    #[param(value_type = Option<bool>, example = false)]
    pub upcoming: Option<bool>,
    /// Whether the event is held online. Events without this information match neither value.
    #[param(value_type = Option<bool>, example = false)]
    pub online: Option<bool>,
    /// Whether attendance is free of charge. Events without this information match neither value.
    #[param(value_type = Option<bool>, example = true)]
    pub free: Option<bool>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives. Matches events that the project hosts.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. Matches the place of the event and the
    /// members of the projects that host the event.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// First 1 to 9 digits of an official key (AGS). Repeat for alternatives. Matches the place of the event and the
    /// members of the projects that host the event.
    #[param(inline, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Bounding box in degrees: `west,south,east,north`. Matches entries located inside the box.
    #[param(inline, example = "8.5,47.3,10.2,48.9")]
    pub bbox: Option<Bbox>,
    /// Point in degrees: `lon,lat`, with a longitude from 5.5 to 15.5 and a latitude from 47 to 55.5. Matches entries located
    /// within `radius_km` of the point.
    #[param(inline, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// Radius around `near` in kilometres. Defaults to 25. Requires `near`.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<EventOrder>::schema)]
    pub sort: Option<Sort<EventOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["kind", "year"]))]
    pub facets: Vec<EventFacet>,
}

impl Filters for EventQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![
            (&catalog::THEMES, &mut self.theme),
            (&catalog::PROJECTS, &mut self.project),
            (&catalog::MUNICIPALITIES, &mut self.municipality),
        ]
    }
}

/// Sort orders of the list of events
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventOrder {
    StartsOn,
    Title,
    Number,
    Distance,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for EventOrder {
    const VALUES: &'static [&'static str] =
        &["starts_on", "title", "number", "distance", "created_at", "updated_at", "relevance"];
}

/// Facets of the list of events
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EventFacet {
    Kind,
    Status,
    Year,
    Online,
    Free,
    Theme,
    Project,
    FederalState,
}

impl Record for Event {
    const LISTS: &'static [Format] =
        &[Format::Json, Format::Geojson, Format::Csv, Format::Ndjson, Format::Ics, Format::Atom];
    const ENTRIES: &'static [Format] = &[Format::Json, Format::Geojson, Format::Ics];
    const FEED: &'static str = "Veranstaltungen im Transferatlas";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "kind",
        "number",
        "starts_on",
        "ends_on",
        "starts_at",
        "ends_at",
        "time_zone",
        "venue",
        "address",
        "city",
        "municipality.ags",
        "location.lon",
        "location.lat",
        "online",
        "registration_url",
        "free",
        "status",
        "summary.de",
        "summary.en",
        "themes.slug",
        "projects.slug",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn places(&self) -> Vec<Location> {
        self.location.into_iter().collect()
    }

    fn item(&self) -> Option<Item<'_>> {
        Some(Item {
            title: &self.title.de,
            summary: Some(&self.summary.de),
            page: self.registration_url.as_ref().or(self.sources.first()).cloned(),
            href: catalog::EVENTS.href(&self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.title.de.as_str())).collect(),
            published: self.created_at,
            updated: self.updated_at,
        })
    }

    fn event(&self) -> Option<ics::Event<'_>> {
        calendar::event(self)
    }

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        let summary = both(["summary.de", "summary.en"], Some(&self.summary));
        let place =
            [("city", self.city.as_deref()), ("venue", self.venue.as_deref()), ("address", self.address.as_deref())];
        let place = place.into_iter().filter_map(|(member, text)| Some((member, text?)));
        title.chain(summary).chain(place).collect()
    }
}

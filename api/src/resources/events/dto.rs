//! What an event looks like to the world.

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

/// A conference, workshop or other meeting
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Event {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000007")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "regional-conference-23-konstanz")]
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// What kind of meeting it is.
    pub kind: EventKind,
    /// Which of its series it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 23, minimum = 1, nullable = false)]
    pub number: Option<i16>,
    /// The day it begins, as precisely as it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// The day it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// When it begins, where the hour is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-09-24T09:30:00+02:00", nullable = false)]
    pub starts_at: Option<DateTime<FixedOffset>>,
    /// When it ends, where the hour is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-09-24T17:15:00+02:00", nullable = false)]
    pub ends_at: Option<DateTime<FixedOffset>>,
    /// The time zone the hours hold in, by its name in the IANA database.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "Europe/Berlin", nullable = false)]
    pub time_zone: Option<Tz>,
    /// The house.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Bodenseeforum", nullable = false)]
    pub venue: Option<String>,
    /// The address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Reichenaustraße 21, 78462 Konstanz", nullable = false)]
    pub address: Option<String>,
    /// The place, as it was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Konstanz", nullable = false)]
    pub city: Option<String>,
    /// The municipality it takes place in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub municipality: Option<MunicipalityLink>,
    /// Where it is: its own point, or that of its municipality.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Is it held online? Absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = false, nullable = false)]
    pub online: Option<bool>,
    /// Where to register.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.smart-city-dialog.de/veranstaltungen", format = "iri", nullable = false)]
    pub registration_url: Option<String>,
    /// Does it cost nothing? Absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = true, nullable = false)]
    pub free: Option<bool>,
    /// Where it stands.
    pub status: EventStatus,
    /// What it is about, in up to 500 characters.
    pub summary: Text,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// The projects that host it.
    pub projects: Vec<Link>,
    /// The point that was recorded of it.
    #[serde(skip)]
    pub own_location: Option<Location>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Regionalkonferenz</mark> Konstanz" }), nullable = false)]
    pub highlight: Option<Highlight>,
    #[serde(skip)]
    pub revision: i64,
    /// When the entry was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When the entry itself was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Filters of the list of events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Kinds of meeting; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["regional_conference"]))]
    pub kind: Vec<EventKind>,
    /// Where they stand; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["held"]))]
    pub status: Vec<EventStatus>,
    /// Only what goes on at or after this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// Only what begins at or before the end of this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    /// Years they begin in; repeat for alternatives.
    #[param(value_type = Vec<i64>, style = Form, explode = true, example = json!([2025]))]
    pub year: Vec<BoundedInt<1900, 2999>>,
    /// Only what is not over yet, or only what is; what has no date is neither.
    #[param(value_type = Option<bool>, example = false)]
    pub upcoming: Option<bool>,
    /// Only what is held online, or only what is not.
    #[param(value_type = Option<bool>, example = false)]
    pub online: Option<bool>,
    /// Only what costs nothing, or only what does.
    #[param(value_type = Option<bool>, example = true)]
    pub free: Option<bool>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slugs or ids of projects that host them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official keys, slugs or ids of where they take place, or of those who carry a project that hosts them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// First digits of an official key of a municipality it belongs to, 1 to 9; repeat for alternatives.
    #[param(value_type = Vec<String>, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Only what lies in this box: west,south,east,north in degrees.
    #[param(value_type = Option<String>, example = "8.5,47.3,10.2,48.9")]
    pub bbox: Option<Bbox>,
    /// Only what lies around this point: lon,lat in degrees.
    #[param(value_type = Option<String>, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// How far around `near`, in kilometres; nothing without it.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<EventOrder>::schema)]
    pub sort: Option<Sort<EventOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
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

/// What events can be ordered by
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

/// What events can be counted by
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
            href: format!("/v1/events/{}", self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.name.as_str())).collect(),
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

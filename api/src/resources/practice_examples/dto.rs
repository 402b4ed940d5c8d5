//! Representation of a practice example.

use chrono::{DateTime, NaiveDate, Utc};
use entity::vocabulary::{ConfirmedBy, Freshness, Relation, Status, Workstream};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::base::link::Link;
use crate::base::text_limits::SummaryText;
use crate::base::validation::rules;
use crate::http::format::{Format, Item, Record, impl_entry_record};
use crate::model::catalog;
use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::municipality_link::MunicipalityLink;
use crate::model::reuse::{Contact, Costs, Discontinued, Staffing, WebLink};

/// Report of a municipality that developed or adopted a solution, successfully or not
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct PracticeExample {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000009")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "konstanz-open-smartcity-app")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Municipality that reports.
    pub municipality: MunicipalityLink,
    /// Model project that the example belongs to. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<Link>,
    /// Solution that the example is about. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub solution: Option<Link>,
    /// Relation to the solution: `origin`, or the form of cooperation that led to the adoption.
    pub relation: Relation,
    /// Current status. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// Reasons and date of discontinuation. Omitted when unknown, and unless `status` is `discontinued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discontinued: Option<Discontinued>,
    /// Challenge that the municipality addressed. Omitted when not described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub challenge: Option<Text>,
    /// Approach taken. Omitted when not described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub approach: Option<Text>,
    /// Results. Omitted when not described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub results: Option<Text>,
    /// Lessons learned. Omitted when not described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lessons_learned: Option<Text>,
    /// Notes for municipalities that want to adopt the approach. Omitted when there are none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub transfer_notes: Option<Text>,
    /// Success factors.
    pub success_factors: Vec<Factor>,
    /// Obstacles.
    pub obstacles: Vec<Factor>,
    /// Measured impacts.
    pub impacts: Vec<Impact>,
    /// Costs in euros. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub costs: Option<Costs>,
    /// Staffing in full-time equivalents. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub staffing: Option<Staffing>,
    /// Start date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// End date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// Themes.
    pub themes: Vec<Link>,
    /// Numbers of the Sustainable Development Goals of the United Nations that the practice example serves, 1 to 17.
    #[schema(example = json!([9, 11]))]
    pub sdgs: Vec<i16>,
    /// Contacts: offices with a functional mailbox or a web form.
    pub contacts: Vec<Contact>,
    /// Links to web pages about the practice example.
    pub links: Vec<WebLink>,
    /// Date of the last confirmation by the municipality. Omitted when the example has never been confirmed. The publication of
    /// a submission, and a write with a token bound to municipalities, are confirmations too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31", nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// Freshness of the last confirmation: `fresh` for less than 12 months after `last_confirmed_on`, `due` from 12 months,
    /// `stale` from 18 months, `never` without a confirmation.
    pub freshness: Freshness,
    /// Sides that have confirmed the example. `adopter` is the municipality of the example. `origin` is a municipality
    /// that the solution comes from, or the municipality of the example when `relation` is `origin`.
    pub confirmed_by: Vec<ConfirmedBy>,
    /// Location of the municipality. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Pegel</mark> im Blick" }), nullable = false)]
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

/// Success factor or obstacle
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Factor {
    /// Description, up to 500 characters.
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub text: Text,
    /// Workstream that the factor belongs to. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub workstream: Option<Workstream>,
}

/// Measured impact
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Impact {
    /// Name of the indicator.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Wasserverbrauch", min_length = 1, max_length = 200)]
    pub indicator: String,
    /// Value before the implementation. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 120.0, nullable = false)]
    pub baseline: Option<f64>,
    /// Value measured. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 90.0, nullable = false)]
    pub value: Option<f64>,
    /// Unit of `baseline` and `value`. Omitted when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "m³ im Jahr", nullable = false, min_length = 1, max_length = 200)]
    pub unit: Option<String>,
    /// Date of the measurement, as precise as known. Omitted when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measured_on: Option<PartialDate>,
    /// Method of measurement, up to 500 characters. Omitted when not described.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = Option<SummaryText>, nullable = false)]
    pub method: Option<Text>,
    /// URL of the evidence. Omitted when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::web"))]
    #[schema(example = "https://example.org/bericht", format = "iri", nullable = false, max_length = 2000)]
    pub evidence_url: Option<String>,
}

impl Record for PracticeExample {
    const LISTS: &'static [Format] = &[Format::Json, Format::Geojson, Format::Csv, Format::Ndjson, Format::Atom];
    const ENTRIES: &'static [Format] = &[Format::Json, Format::Geojson];
    const FEED: &'static str = "Praxisbeispiele im Transferatlas";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "municipality.ags",
        "municipality.title.de",
        "project.slug",
        "solution.slug",
        "relation",
        "status",
        "discontinued.reasons",
        "discontinued.on",
        "challenge.de",
        "challenge.en",
        "approach.de",
        "approach.en",
        "results.de",
        "results.en",
        "lessons_learned.de",
        "lessons_learned.en",
        "transfer_notes.de",
        "transfer_notes.en",
        "success_factors.text.de",
        "obstacles.text.de",
        "impacts.indicator",
        "costs.one_off_min",
        "costs.one_off_max",
        "costs.yearly_min",
        "costs.yearly_max",
        "costs.currency",
        "costs.basis",
        "costs.year",
        "staffing.fte_implementation",
        "staffing.fte_operation",
        "starts_on",
        "ends_on",
        "themes.slug",
        "sdgs",
        "contacts.function",
        "contacts.email",
        "contacts.url",
        "links.url",
        "last_confirmed_on",
        "freshness",
        "confirmed_by",
        "location.lon",
        "location.lat",
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
            summary: self.approach.as_ref().or(self.challenge.as_ref()).map(|text| text.de.as_str()),
            page: self.sources.first().cloned(),
            href: catalog::PRACTICE_EXAMPLES.href(&self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.title.de.as_str())).collect(),
            published: self.created_at,
            updated: self.updated_at,
        })
    }

    fn texts(&self) -> Texts<'_> {
        let texts = [
            (["title.de", "title.en"], Some(&self.title)),
            (["challenge.de", "challenge.en"], self.challenge.as_ref()),
            (["approach.de", "approach.en"], self.approach.as_ref()),
            (["results.de", "results.en"], self.results.as_ref()),
            (["lessons_learned.de", "lessons_learned.en"], self.lessons_learned.as_ref()),
            (["transfer_notes.de", "transfer_notes.en"], self.transfer_notes.as_ref()),
        ];
        texts.into_iter().flat_map(|(members, text)| both(members, text)).collect()
    }
}

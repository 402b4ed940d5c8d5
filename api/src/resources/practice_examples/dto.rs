//! What a practice example looks like to the world.

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
use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::municipality_link::MunicipalityLink;
use crate::model::reuse::{Contact, Costs, Discontinued, Staffing, WebLink};

/// A municipality's account of doing it: origin or adoption, success or failure
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PracticeExample {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000009")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "konstanz-open-smartcity-app")]
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// The municipality whose account it is.
    pub municipality: MunicipalityLink,
    /// The project it is part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<Link>,
    /// The solution it is an example of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub solution: Option<Link>,
    /// Whether it is the origin of the solution, or how the municipality came by it.
    pub relation: Relation,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// Why and when it was discontinued; only with that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discontinued: Option<Discontinued>,
    /// What it is an answer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub challenge: Option<Text>,
    /// How it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub approach: Option<Text>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub results: Option<Text>,
    /// What was learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lessons_learned: Option<Text>,
    /// What others should know who want to do it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub transfer_notes: Option<Text>,
    /// What helped.
    pub success_factors: Vec<Factor>,
    /// What stood in the way.
    pub obstacles: Vec<Factor>,
    /// What was measured.
    pub impacts: Vec<Impact>,
    /// What it cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub costs: Option<Costs>,
    /// How much work it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub staffing: Option<Staffing>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// Numbers of the United Nations' Sustainable Development Goals it serves, 1 to 17.
    #[schema(example = json!([9, 11]))]
    pub sdgs: Vec<i16>,
    /// Who to ask: offices, not persons.
    pub contacts: Vec<Contact>,
    /// Pages about it.
    pub links: Vec<WebLink>,
    /// The day its municipality last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31", nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// How long ago that was; absent where it has not confirmed it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub freshness: Option<Freshness>,
    /// Who stands by it: its municipality as the adopter, and where it takes a solution over, those it comes from.
    pub confirmed_by: Vec<ConfirmedBy>,
    /// Where its municipality lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Pegel</mark> im Blick" }), nullable = false)]
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

/// Something that helped, or stood in the way
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Factor {
    /// What it was.
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = SummaryText)]
    pub text: Text,
    /// The side of the work it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub workstream: Option<Workstream>,
}

/// Something that was measured
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Impact {
    /// What was measured.
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "Wasserverbrauch", min_length = 1, max_length = 200)]
    pub indicator: String,
    /// The value before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 120.0, nullable = false)]
    pub baseline: Option<f64>,
    /// The value now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 90.0, nullable = false)]
    pub value: Option<f64>,
    /// The unit of both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::name"))]
    #[schema(example = "m³ im Jahr", nullable = false, min_length = 1, max_length = 200)]
    pub unit: Option<String>,
    /// When it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub measured_on: Option<PartialDate>,
    /// How it was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = "rules::summary"))]
    #[schema(value_type = Option<SummaryText>, nullable = false)]
    pub method: Option<Text>,
    /// Where that can be read.
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
        "municipality.name",
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
            href: format!("/v1/practice-examples/{}", self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.name.as_str())).collect(),
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

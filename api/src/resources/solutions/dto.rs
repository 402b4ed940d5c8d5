//! What a solution looks like to the world.

use chrono::{DateTime, NaiveDate, Utc};
use entity::Text;
use entity::vocabulary::{
    Freshness, Openness, OperatorModel, ScalingPhase, SolutionKind, SolutionRelation, SpatialScope, Status,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::link::Link;
use crate::http::format::{Format, Item, Record, impl_entry_record};
use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::identifier::Identifier;
use crate::model::municipality_link::MunicipalityLink;
use crate::model::reuse::{Contact, Costs, Discontinued, Interface, Prerequisite, Privacy, Staffing, WebLink};
use crate::query::sublists::Lists;

/// A solution that can be reused
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Solution {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000008")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "open-smartcity-app")]
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// What it does, in up to 500 characters.
    pub summary: Text,
    /// What it does, at length.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Text>,
    /// What it is an answer to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub challenge: Option<Text>,
    /// What kind of thing it is.
    pub kind: SolutionKind,
    /// Where it stands; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// How far it has come on its way to others, in the KTS's five phases.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scaling_phase: Option<ScalingPhase>,
    /// Why and when it was discontinued; only with that status.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discontinued: Option<Discontinued>,
    /// How open it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub openness: Option<Openness>,
    /// Its licence, as an SPDX expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "EUPL-1.2", nullable = false)]
    pub licence: Option<String>,
    /// Where its source is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://github.com/Klingenstadt-Solingen/Open-SmartCity-App-ios",
        format = "iri",
        nullable = false
    )]
    pub repository_url: Option<String>,
    /// Its publiccode.yml.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://example.org/publiccode.yml", format = "iri", nullable = false)]
    pub publiccode_url: Option<String>,
    /// Its own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://smart-village.app", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Its fields of action; the first is the primary one.
    pub themes: Vec<Link>,
    /// The spaces it works in.
    pub spatial_scope: Vec<SpatialScope>,
    /// The projects it comes from or is used in.
    pub projects: Vec<Link>,
    /// The municipalities that offer it to others.
    pub providers: Vec<MunicipalityLink>,
    /// What must be there before it can be taken over.
    pub prerequisites: Vec<Prerequisite>,
    /// What it costs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub costs: Option<Costs>,
    /// How much work it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub staffing: Option<Staffing>,
    /// Who runs it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub operator_model: Option<OperatorModel>,
    /// What it is built with.
    #[schema(example = json!(["FIWARE", "LoRaWAN"]))]
    pub technologies: Vec<String>,
    /// How other systems talk to it.
    pub interfaces: Vec<Interface>,
    /// How it stands with personal data.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub privacy: Option<Privacy>,
    /// Who to ask: offices, not persons.
    pub contacts: Vec<Contact>,
    /// Pages about it.
    pub links: Vec<WebLink>,
    /// Other solutions it stands in a relation to.
    pub related: Vec<RelatedSolution>,
    /// Other solutions that name this one, and what they are to it.
    pub related_from: Vec<RelatedSolution>,
    /// What it is called in other registers.
    pub identifiers: Vec<Identifier>,
    /// Accounts of municipalities that did it.
    pub practice_examples: Vec<Link>,
    /// Partnerships that are about it.
    pub learning_partnerships: Vec<Link>,
    /// Where the lists of what belongs to it are.
    pub lists: Lists,
    /// How many municipalities have taken it over, by the practice examples that say so.
    #[schema(example = 3, minimum = 0)]
    pub adoption_count: i64,
    /// Where it is at work: at its providers, or where its projects lie.
    pub locations: Vec<Location>,
    /// The day a provider last confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31", nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// How long ago that was; absent where nobody has confirmed it yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub freshness: Option<Freshness>,
    /// How much of what somebody needs to take it over is there, in per cent.
    #[schema(example = 40, minimum = 0, maximum = 100)]
    pub completeness: u8,
    /// The members that are still missing.
    #[schema(example = json!(["costs", "contacts"]))]
    pub gaps: Vec<&'static str>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "Open <mark>SmartCity</mark> App" }), nullable = false)]
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

/// Another solution, and what stands between the two
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RelatedSolution {
    /// The other one.
    pub solution: Link,
    /// What the one that names the other is to it.
    pub relation: SolutionRelation,
}

impl Record for Solution {
    const LISTS: &'static [Format] = &[Format::Json, Format::Geojson, Format::Csv, Format::Ndjson, Format::Atom];
    const ENTRIES: &'static [Format] = &[Format::Json, Format::Geojson];
    const FEED: &'static str = "Lösungen im Transferatlas";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "summary.de",
        "summary.en",
        "description.de",
        "description.en",
        "challenge.de",
        "challenge.en",
        "kind",
        "status",
        "scaling_phase",
        "discontinued.reasons",
        "discontinued.on",
        "openness",
        "licence",
        "repository_url",
        "publiccode_url",
        "website",
        "themes.slug",
        "spatial_scope",
        "projects.slug",
        "providers.ags",
        "providers.name",
        "prerequisites.kind",
        "costs.one_off_min",
        "costs.one_off_max",
        "costs.yearly_min",
        "costs.yearly_max",
        "costs.currency",
        "costs.basis",
        "costs.year",
        "staffing.fte_implementation",
        "staffing.fte_operation",
        "operator_model",
        "technologies",
        "interfaces.name",
        "privacy.personal_data",
        "privacy.dpia_done",
        "contacts.function",
        "contacts.email",
        "contacts.url",
        "links.url",
        "related.solution.slug",
        "identifiers.scheme",
        "identifiers.value",
        "adoption_count",
        "locations.lon",
        "locations.lat",
        "last_confirmed_on",
        "freshness",
        "completeness",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn places(&self) -> Vec<Location> {
        self.locations.clone()
    }

    fn item(&self) -> Option<Item<'_>> {
        Some(Item {
            title: &self.title.de,
            summary: Some(&self.summary.de),
            href: format!("/v1/solutions/{}", self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.name.as_str())).collect(),
            published: self.created_at,
            updated: self.updated_at,
        })
    }

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        let summary = both(["summary.de", "summary.en"], Some(&self.summary));
        let description = both(["description.de", "description.en"], self.description.as_ref());
        let challenge = both(["challenge.de", "challenge.en"], self.challenge.as_ref());
        title.chain(summary).chain(description).chain(challenge).collect()
    }
}

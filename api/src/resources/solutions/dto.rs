//! Representation of a solution.

use chrono::{DateTime, NaiveDate, Utc};
use entity::Text;
use entity::vocabulary::{
    Freshness, Openness, OperatorModel, ScalingPhase, SolutionKind, SolutionRelation, SpatialScope, Status,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::base::link::Link;
use crate::http::format::{Format, Item, Record, impl_entry_record};
use crate::model::catalog;
use crate::model::geo::Location;
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::identifier::Identifier;
use crate::model::municipality_link::MunicipalityLink;
use crate::model::reuse::{Contact, Costs, Discontinued, Interface, Prerequisite, Privacy, Staffing, WebLink};
use crate::query::sublists::Lists;

/// Solution that can be reused
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Solution {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000008")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "open-smartcity-app")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// Description. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Text>,
    /// Challenge that the solution addresses. Omitted when not described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub challenge: Option<Text>,
    /// Kind of solution.
    pub kind: SolutionKind,
    /// Current status. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<Status>,
    /// Scaling phase, one of five defined by the coordination and transfer office (KTS). Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scaling_phase: Option<ScalingPhase>,
    /// Reasons and date of discontinuation. Omitted when unknown, and unless `status` is `discontinued`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub discontinued: Option<Discontinued>,
    /// Degree of openness. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub openness: Option<Openness>,
    /// Licence as an SPDX expression. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "EUPL-1.2", nullable = false)]
    pub licence: Option<String>,
    /// URL of the source code repository. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        example = "https://github.com/Klingenstadt-Solingen/Open-SmartCity-App-ios",
        format = "iri",
        nullable = false
    )]
    pub repository_url: Option<String>,
    /// URL of the publiccode.yml file. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://example.org/publiccode.yml", format = "iri", nullable = false)]
    pub publiccode_url: Option<String>,
    /// URL of the website. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://smart-village.app", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Themes. The first is the primary theme.
    pub themes: Vec<Link>,
    /// Spatial scopes in which the solution is used.
    pub spatial_scope: Vec<SpatialScope>,
    /// Model projects in which the solution was developed or is used.
    pub projects: Vec<Link>,
    /// Municipalities that provide the solution for reuse.
    pub providers: Vec<MunicipalityLink>,
    /// Prerequisites for adopting the solution.
    pub prerequisites: Vec<Prerequisite>,
    /// Costs in euros. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub costs: Option<Costs>,
    /// Staffing in full-time equivalents. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub staffing: Option<Staffing>,
    /// Operator model. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub operator_model: Option<OperatorModel>,
    /// Names of the technologies used.
    #[schema(example = json!(["FIWARE", "LoRaWAN"]))]
    pub technologies: Vec<String>,
    /// Interfaces to other systems.
    pub interfaces: Vec<Interface>,
    /// Data protection information. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub privacy: Option<Privacy>,
    /// Contacts: offices with a functional mailbox or a web form.
    pub contacts: Vec<Contact>,
    /// Links to web pages about the solution.
    pub links: Vec<WebLink>,
    /// Solutions that this solution names as related.
    pub related: Vec<RelatedSolution>,
    /// Solutions that name this solution as related, each with its relation to this solution.
    pub related_from: Vec<RelatedSolution>,
    /// Identifiers of the solution in other registers.
    pub identifiers: Vec<Identifier>,
    /// Practice examples of the solution.
    pub practice_examples: Vec<Link>,
    /// Learning partnerships about the solution.
    pub learning_partnerships: Vec<Link>,
    /// Paths of the lists filtered by the solution.
    pub lists: Lists,
    /// Number of municipalities that have a practice example of the solution with a `relation` other than `origin`.
    #[schema(example = 3, minimum = 0)]
    pub adoption_count: i64,
    /// Locations of the providers, or of the projects when no provider is named.
    pub locations: Vec<Location>,
    /// Date of the last confirmation. Omitted when the solution has never been confirmed. The publication of a submission, and a
    /// write with a token bound to municipalities, are confirmations too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-31", nullable = false)]
    pub last_confirmed_on: Option<NaiveDate>,
    /// Freshness of the last confirmation: `fresh` for less than 12 months after `last_confirmed_on`, `due` from 12 months,
    /// `stale` from 18 months, `never` without a confirmation.
    pub freshness: Freshness,
    /// Share of the recommended members that have a value, in per cent.
    #[schema(example = 40, minimum = 0, maximum = 100)]
    pub completeness: u8,
    /// Recommended members without a value.
    #[schema(example = json!(["costs", "contacts"]))]
    pub gaps: Vec<String>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "Open <mark>SmartCity</mark> App" }), nullable = false)]
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

/// Related solution and its relation
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct RelatedSolution {
    /// Related solution.
    pub solution: Link,
    /// Relation between the two solutions: in `related`, of this solution to `solution`; in `related_from`, of `solution` to
    /// this solution.
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
        "providers.title.de",
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
            page: self.website.as_ref().or(self.repository_url.as_ref()).or(self.sources.first()).cloned(),
            href: catalog::SOLUTIONS.href(&self.slug),
            themes: self.themes.iter().map(|theme| (theme.slug.as_str(), theme.title.de.as_str())).collect(),
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

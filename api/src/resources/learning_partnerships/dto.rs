//! What a learning partnership looks like to the world.

use chrono::{DateTime, Utc};
use entity::vocabulary::{FederalState, PartnerRole, PartnershipFormat, PartnershipStatus, Relation};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::link::Link;
use crate::http::format::{Format, Record, impl_entry_record};
use crate::http::{Filters, Order, Sort};
use crate::model::catalog::{self, Resource};
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::municipality_link::MunicipalityLink;
use crate::write::participants::Party;

/// A partnership in which municipalities learn from each other
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LearningPartnership {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000006")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "bamberg-lemgo-bakim")]
    pub slug: String,
    /// What it is called.
    pub title: Text,
    /// How many take part, and how.
    pub format: PartnershipFormat,
    /// How they work together; never `origin`.
    pub relation: Relation,
    /// What they do together, in up to 500 characters.
    pub summary: Text,
    /// Where it stands; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<PartnershipStatus>,
    /// Who takes part.
    pub partners: Vec<Partner>,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// The solutions it is about.
    pub solutions: Vec<Link>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// What came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub results: Option<Text>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "Nachnutzung der KI-Baumerkennung <mark>BaKIM</mark>" }), nullable = false)]
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

/// Somebody in a learning partnership
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Partner {
    /// What it is called in the partnership; a partner abroad or a borough has nothing but this.
    #[schema(example = "Bamberg")]
    pub name: String,
    /// What it is in the partnership.
    pub role: PartnerRole,
    /// The municipality it is, where it is one of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub municipality: Option<MunicipalityLink>,
    /// The project it is or works for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<Link>,
}

impl From<Party<PartnerRole>> for Partner {
    fn from(Party { name, role, municipality, project }: Party<PartnerRole>) -> Self {
        Self { name: name.unwrap_or_default(), role, municipality, project }
    }
}

/// Filters of the list of learning partnerships.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LearningPartnershipQuery {
    /// How many take part, and how; `format` asks for the form of the answer; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["bilateral"]))]
    pub partnership_format: Vec<PartnershipFormat>,
    /// How they work together; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub relation: Vec<Relation>,
    /// Where they stand; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["running"]))]
    pub status: Vec<PartnershipStatus>,
    /// With somebody in this role; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["receiver"]))]
    pub role: Vec<PartnerRole>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slugs or ids of solutions; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open-smartcity-app"]))]
    pub solution: Vec<String>,
    /// Slugs or ids of projects that take part; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["bamberg"]))]
    pub project: Vec<String>,
    /// Official keys, slugs or ids of partners, or of those who carry a project that is one; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["09461000"]))]
    pub municipality: Vec<String>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Only what goes on at or after this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// Only what begins at or before the end of this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    #[param(required = false, schema_with = Sort::<LearningPartnershipOrder>::schema)]
    pub sort: Option<Sort<LearningPartnershipOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["relation"]))]
    pub facets: Vec<LearningPartnershipFacet>,
}

impl Filters for LearningPartnershipQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![
            (&catalog::THEMES, &mut self.theme),
            (&catalog::SOLUTIONS, &mut self.solution),
            (&catalog::PROJECTS, &mut self.project),
            (&catalog::MUNICIPALITIES, &mut self.municipality),
        ]
    }
}

/// What learning partnerships can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LearningPartnershipOrder {
    Title,
    StartsOn,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for LearningPartnershipOrder {
    const VALUES: &'static [&'static str] = &["title", "starts_on", "created_at", "updated_at", "relevance"];
}

/// What learning partnerships can be counted by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LearningPartnershipFacet {
    PartnershipFormat,
    Relation,
    Status,
    Role,
    Theme,
    Solution,
    Project,
    FederalState,
}

impl Record for LearningPartnership {
    const LISTS: &'static [Format] = &[Format::Json, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "format",
        "relation",
        "summary.de",
        "summary.en",
        "status",
        "partners.name",
        "partners.role",
        "partners.municipality.ags",
        "partners.project.slug",
        "themes.slug",
        "solutions.slug",
        "starts_on",
        "ends_on",
        "results.de",
        "results.en",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn texts(&self) -> Texts<'_> {
        let title = both(["title.de", "title.en"], Some(&self.title));
        let summary = both(["summary.de", "summary.en"], Some(&self.summary));
        let partners = self.partners.iter().map(|partner| ("partners", partner.name.as_str()));
        let results = both(["results.de", "results.en"], self.results.as_ref());
        title.chain(summary).chain(results).chain(partners).collect()
    }
}

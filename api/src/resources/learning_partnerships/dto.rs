//! Representation of a learning partnership.

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
use crate::write::participants::Participant;

/// Partnership in which municipalities learn from each other
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct LearningPartnership {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000006")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "bamberg-lemgo-bakim")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Format of the partnership.
    pub format: PartnershipFormat,
    /// Form of cooperation. Never `origin`.
    pub relation: Relation,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// Current status. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub status: Option<PartnershipStatus>,
    /// Partners, at least two.
    pub partners: Vec<Partner>,
    /// Themes.
    pub themes: Vec<Link>,
    /// Solutions that the partnership is about.
    pub solutions: Vec<Link>,
    /// Start date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// End date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// Results. Omitted when not described.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub results: Option<Text>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "Nachnutzung der KI-Baumerkennung <mark>BaKIM</mark>" }), nullable = false)]
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

/// Partner in a learning partnership
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Partner {
    /// Name in the partnership. Partners that are not in the directory, such as partners abroad or boroughs, have only
    /// a name.
    #[schema(example = "Bamberg")]
    pub name: String,
    /// Role in the partnership.
    pub role: PartnerRole,
    /// Municipality of the partner. Omitted when the partner is not a municipality of the directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub municipality: Option<MunicipalityLink>,
    /// Model project of the partner. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub project: Option<Link>,
}

impl From<Participant<PartnerRole>> for Partner {
    fn from(Participant { name, role, municipality, project }: Participant<PartnerRole>) -> Self {
        Self { name: name.unwrap_or_default(), role, municipality, project }
    }
}

/// Query parameters of the list of learning partnerships.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct LearningPartnershipQuery {
    /// Format of the partnership. Repeat for alternatives. Filters by the member `format`; the parameter `format`
    /// selects the representation.
    #[param(style = Form, explode = true, example = json!(["bilateral"]))]
    pub partnership_format: Vec<PartnershipFormat>,
    /// Form of cooperation. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub relation: Vec<Relation>,
    /// Status. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["running"]))]
    pub status: Vec<PartnershipStatus>,
    /// Role of a partner. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["receiver"]))]
    pub role: Vec<PartnerRole>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slug or ID of a solution. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open-smartcity-app"]))]
    pub solution: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives. Matches partnerships with the project as a partner.
    #[param(style = Form, explode = true, example = json!(["bamberg"]))]
    pub project: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. Matches partnerships with the municipality,
    /// or one of its projects, as a partner.
    #[param(style = Form, explode = true, example = json!(["09461000"]))]
    pub municipality: Vec<String>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Start of a period: a year, month or day. Matches entries that are not over before its first day. Entries without
    /// dates do not match.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// End of a period: a year, month or day. Matches entries that have started by its last day. Entries without dates
    /// do not match.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    #[param(required = false, schema_with = Sort::<LearningPartnershipOrder>::schema)]
    pub sort: Option<Sort<LearningPartnershipOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
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

/// Sort orders of the list of learning partnerships
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

/// Facets of the list of learning partnerships
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

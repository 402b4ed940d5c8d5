//! Representation of a project.

use chrono::{DateTime, Utc};
use entity::vocabulary::{Category, FederalState, Phase, ProjectRole};
use entity::{PartialDate, Text};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::base::link::Link;
use crate::http::format::{Format, Record, impl_entry_record};
use crate::http::{BoundedInt, Filters, Order, Sort};
use crate::model::ags::AgsPrefix;
use crate::model::catalog::{self, Resource};
use crate::model::geo::{Bbox, Kilometres, Location, Near};
use crate::model::highlight::{Highlight, Texts, both};
use crate::model::identifier::Identifier;
use crate::model::municipality_link::MunicipalityLink;
use crate::query::sublists::Lists;

/// Smart city model project
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Project {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "ulm")]
    pub slug: String,
    /// Title.
    pub title: Text,
    /// Summary, up to 500 characters.
    pub summary: Text,
    /// Description. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Text>,
    /// Round of the programme in which the project was selected, 1 to 3.
    #[schema(example = 1, minimum = 1, maximum = 3)]
    pub round: i16,
    /// Year of the round.
    #[schema(example = 2019)]
    pub round_year: i16,
    /// Category recorded by the programme, independent of the population.
    pub category: Category,
    /// Current phase. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phase: Option<Phase>,
    /// Start date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// End date, as precise as known. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// URL of the website. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://solingen.digital", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Themes.
    pub themes: Vec<Link>,
    /// Municipalities, districts and associations that carry out the project. Exactly one has the role `lead`.
    pub members: Vec<ProjectMember>,
    /// Federal states by ISO 3166-2 code: those of the members, and additional states that an association extends into.
    pub federal_states: Vec<FederalState>,
    /// Location of the lead municipality. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Number of entries that refer to the project, by resource.
    pub counts: ProjectCounts,
    /// Paths of the lists filtered by the project.
    pub lists: Lists,
    /// Identifiers of the project in other registers.
    pub identifiers: Vec<Identifier>,
    /// URLs of the sources of the information.
    #[schema(example = json!(["https://www.smart-city-dialog.de/modellprojekte/solingen"]))]
    pub sources: Vec<String>,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Ulm</mark>" }), nullable = false)]
    pub highlight: Option<Highlight>,
    /// Federal states recorded in addition to those of the members.
    #[serde(skip)]
    pub own_states: Vec<FederalState>,
    #[serde(skip)]
    pub revision: i64,
    /// Time of creation (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// Time of the last change to the entry itself (UTC).
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// Number of entries that refer to a project, by resource
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProjectCounts {
    /// Number of solutions.
    #[schema(example = 11)]
    pub solutions: i64,
    /// Number of practice examples.
    #[schema(example = 0)]
    pub practice_examples: i64,
    /// Number of working groups with the project as a member.
    #[schema(example = 2)]
    pub working_groups: i64,
    /// Number of learning partnerships with the project as a partner.
    #[schema(example = 1)]
    pub learning_partnerships: i64,
    /// Number of events hosted by the project.
    #[schema(example = 1)]
    pub events: i64,
    /// Number of publications from or about the project.
    #[schema(example = 3)]
    pub publications: i64,
}

/// Member of a project
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct ProjectMember {
    /// Municipality, district or association.
    pub municipality: MunicipalityLink,
    /// Role in the project.
    pub role: ProjectRole,
}

/// Query parameters of the list of projects.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectQuery {
    /// Round of the programme, 1 to 3. Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!([1]))]
    pub round: Vec<BoundedInt<1, 3>>,
    /// Year of the round. Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!([2019]))]
    pub round_year: Vec<BoundedInt<2000, 2099>>,
    /// Category. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["large_city"]))]
    pub category: Vec<Category>,
    /// Phase. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["completed"]))]
    pub phase: Vec<Phase>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. Matches members of the project.
    #[param(style = Form, explode = true, example = json!(["08421000"]))]
    pub municipality: Vec<String>,
    /// First 1 to 9 digits of an official key (AGS). Repeat for alternatives. Matches members of the project.
    #[param(inline, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
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
    #[param(required = false, schema_with = Sort::<ProjectOrder>::schema)]
    pub sort: Option<Sort<ProjectOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["theme", "federal_state"]))]
    pub facets: Vec<ProjectFacet>,
}

/// Sort orders of the list of projects
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProjectOrder {
    Municipality,
    Title,
    Slug,
    Round,
    RoundYear,
    CreatedAt,
    UpdatedAt,
    Distance,
    Relevance,
}

impl Order for ProjectOrder {
    const VALUES: &'static [&'static str] =
        &["municipality", "title", "slug", "round", "round_year", "created_at", "updated_at", "distance", "relevance"];
}

/// Facets of the list of projects
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProjectFacet {
    Round,
    RoundYear,
    Category,
    Phase,
    FederalState,
    Theme,
}

impl Filters for ProjectQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::THEMES, &mut self.theme), (&catalog::MUNICIPALITIES, &mut self.municipality)]
    }
}

impl Record for Project {
    const LISTS: &'static [Format] = &[Format::Json, Format::Geojson, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json, Format::Geojson];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "title.de",
        "title.en",
        "round",
        "round_year",
        "category",
        "phase",
        "starts_on",
        "ends_on",
        "website",
        "federal_states",
        "members.municipality.ags",
        "members.municipality.title.de",
        "members.role",
        "themes.slug",
        "summary.de",
        "summary.en",
        "description.de",
        "description.en",
        "location.lon",
        "location.lat",
        "counts.solutions",
        "counts.practice_examples",
        "counts.working_groups",
        "counts.learning_partnerships",
        "counts.events",
        "counts.publications",
        "identifiers.scheme",
        "identifiers.value",
        "sources",
        "created_at",
        "updated_at",
    ];

    impl_entry_record!();

    fn places(&self) -> Vec<Location> {
        self.location.into_iter().collect()
    }

    fn texts(&self) -> Texts<'_> {
        let summary = both(["summary.de", "summary.en"], Some(&self.summary));
        let description = both(["description.de", "description.en"], self.description.as_ref());
        both(["title.de", "title.en"], Some(&self.title)).chain(summary).chain(description).collect()
    }
}

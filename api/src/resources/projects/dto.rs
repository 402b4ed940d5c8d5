//! What a project looks like to the world.

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

/// A smart-city model project
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Project {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000000")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "ulm")]
    pub slug: String,
    /// What the project calls itself.
    #[schema(example = "Ulm")]
    pub name: String,
    /// What it is about, in up to 500 characters.
    pub summary: Text,
    /// What it is about, at length.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Text>,
    /// The round of the programme it was chosen in.
    #[schema(example = 1, minimum = 1, maximum = 3)]
    pub round: i16,
    /// The year of that round.
    #[schema(example = 2019)]
    pub round_year: i16,
    /// What kind of place carries it, as the programme records it; not derived from inhabitants.
    pub category: Category,
    /// Where it stands; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub phase: Option<Phase>,
    /// When it began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub starts_on: Option<PartialDate>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ends_on: Option<PartialDate>,
    /// Its own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://solingen.digital", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Its fields of action.
    pub themes: Vec<Link>,
    /// The municipalities, districts and associations that carry it; one leads.
    pub members: Vec<ProjectMember>,
    /// The states it lies in, by ISO 3166-2 code: those of its members, and those an association reaches into.
    pub federal_states: Vec<FederalState>,
    /// Where its lead lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// How much there is of it in other lists.
    pub counts: ProjectCounts,
    /// Where those lists are.
    pub lists: Lists,
    /// What it is called in other registers.
    pub identifiers: Vec<Identifier>,
    /// Where the facts come from.
    #[schema(example = json!(["https://www.smart-city-dialog.de/modellprojekte/solingen"]))]
    pub sources: Vec<String>,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "name": "<mark>Ulm</mark>" }), nullable = false)]
    pub highlight: Option<Highlight>,
    /// The states that were recorded beyond those of the members.
    #[serde(skip)]
    pub own_states: Vec<FederalState>,
    #[serde(skip)]
    pub revision: i64,
    /// When the entry was made.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub created_at: DateTime<Utc>,
    /// When the entry itself was last changed.
    #[schema(example = "2026-01-31T12:00:00Z")]
    pub updated_at: DateTime<Utc>,
}

/// How much there is of a project in other lists
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProjectCounts {
    /// Solutions.
    #[schema(example = 11)]
    pub solutions: i64,
    /// Practice examples.
    #[schema(example = 0)]
    pub practice_examples: i64,
    /// Working groups it is a member of.
    #[schema(example = 2)]
    pub working_groups: i64,
    /// Learning partnerships it takes part in.
    #[schema(example = 1)]
    pub learning_partnerships: i64,
    /// Events it hosts.
    #[schema(example = 1)]
    pub events: i64,
    /// Publications it comes into.
    #[schema(example = 3)]
    pub publications: i64,
}

/// A municipality's part in a project
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct ProjectMember {
    /// The municipality, district or association.
    pub municipality: MunicipalityLink,
    /// What it is in the project.
    pub role: ProjectRole,
}

/// Filters of the list of projects.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ProjectQuery {
    /// Rounds of the programme, 1 to 3; repeat for alternatives.
    #[param(value_type = Vec<i64>, style = Form, explode = true, example = json!([1]))]
    pub round: Vec<BoundedInt<1, 3>>,
    /// Years of the rounds; repeat for alternatives.
    #[param(value_type = Vec<i64>, style = Form, explode = true, example = json!([2019]))]
    pub round_year: Vec<BoundedInt<2000, 2099>>,
    /// Kinds of place; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["large_city"]))]
    pub category: Vec<Category>,
    /// Phases; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["completed"]))]
    pub phase: Vec<Phase>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Official keys, slugs or ids of members; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08421000"]))]
    pub municipality: Vec<String>,
    /// First digits of a member's official key, 1 to 9; repeat for alternatives.
    #[param(value_type = Vec<String>, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
    /// Only what lies in this box: west,south,east,north in degrees.
    #[param(value_type = Option<String>, example = "8.5,47.3,10.2,48.9")]
    pub bbox: Option<Bbox>,
    /// Only what lies around this point: lon,lat in degrees.
    #[param(value_type = Option<String>, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// How far around `near`, in kilometres; nothing without it.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<ProjectOrder>::schema)]
    pub sort: Option<Sort<ProjectOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["theme", "federal_state"]))]
    pub facets: Vec<ProjectFacet>,
}

/// What projects can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ProjectOrder {
    Municipality,
    Name,
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
        &["municipality", "name", "slug", "round", "round_year", "created_at", "updated_at", "distance", "relevance"];
}

/// What projects can be counted by
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
        "name",
        "round",
        "round_year",
        "category",
        "phase",
        "starts_on",
        "ends_on",
        "website",
        "federal_states",
        "members.municipality.ags",
        "members.municipality.name",
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
        [("name", self.name.as_str())].into_iter().chain(summary).chain(description).collect()
    }
}

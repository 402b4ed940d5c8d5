//! Representation of a municipality.

use chrono::{DateTime, NaiveDate, Utc};
use entity::Text;
use entity::vocabulary::{FederalState, MunicipalityKind, SizeClass};
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
use crate::query::sublists::Lists;

/// German municipality, district or association of municipalities
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct Municipality {
    /// ID of the entry (UUID version 7).
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Slug: lowercase letters and digits in words joined by hyphens. Unique within the resource.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// Official municipality key (AGS): 8 digits, 5 for a district, 9 for an association of municipalities. Omitted
    /// when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "08335043", pattern = r"^([0-9]{5}|[0-9]{8,9})$", nullable = false)]
    pub ags: Option<String>,
    /// Title.
    pub title: Text,
    /// Designation that the municipality uses, such as `Universitätsstadt`. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Universitätsstadt", nullable = false)]
    pub designation: Option<String>,
    /// Kind of municipality, district or association.
    pub kind: MunicipalityKind,
    /// Federal state of the municipality or of its seat, by ISO 3166-2 code.
    pub federal_state: FederalState,
    /// District that the municipality belongs to. An independent city is its own district. Omitted for districts and
    /// for municipalities without an official key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub district: Option<District>,
    /// Population on `population_as_of`. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 86919, minimum = 0, nullable = false)]
    pub population: Option<i32>,
    /// Reference date of `population`. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-12-31", nullable = false)]
    pub population_as_of: Option<NaiveDate>,
    /// Area in square kilometres. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 54.12, minimum = 0, nullable = false)]
    pub area_km2: Option<f64>,
    /// Size class by population. Omitted for districts and associations, and when the population is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub size_class: Option<SizeClass>,
    /// Point inside the municipality. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// URL of the website. Omitted when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.konstanz.de", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// Model projects with the municipality as a member.
    pub projects: Vec<Link>,
    /// Working groups with the municipality, or one of its projects, as a member.
    pub working_groups: Vec<Link>,
    /// Learning partnerships with the municipality, or one of its projects, as a partner.
    pub learning_partnerships: Vec<Link>,
    /// Paths of the lists filtered by the municipality.
    pub lists: Lists,
    /// Texts that match `q`, by member, with the matched words between `<mark>` and `</mark>`. Omitted unless `q` and
    /// `highlight` are given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "title.de": "<mark>Ulm</mark>" }), nullable = false)]
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

/// District that a municipality belongs to
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct District {
    /// Official key of the district (5 digits).
    #[schema(example = "08335", pattern = "^[0-9]{5}$")]
    pub ags: String,
    /// Name of the district. Omitted when unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Konstanz", nullable = false)]
    pub name: Option<String>,
}

/// Query parameters of the list of municipalities.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MunicipalityQuery {
    /// Kind of municipality, district or association. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["town"]))]
    pub kind: Vec<MunicipalityKind>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-BW"]))]
    pub federal_state: Vec<FederalState>,
    /// First 1 to 9 digits of an official key (AGS). Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!(["08335"]))]
    pub ags: Vec<AgsPrefix>,
    /// Size class by population. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["medium_town"]))]
    pub size_class: Vec<SizeClass>,
    /// Whether the municipality is a member of a model project.
    #[param(value_type = Option<bool>, example = true)]
    pub funded: Option<bool>,
    /// Slug or ID of a project. Repeat for alternatives. Matches members of the project.
    #[param(style = Form, explode = true, example = json!(["suedwestfalen"]))]
    pub project: Vec<String>,
    /// Minimum population. Municipalities of unknown population do not match.
    #[param(inline, example = 20_000)]
    pub population_min: Option<BoundedInt<0, 100_000_000>>,
    /// Maximum population. Municipalities of unknown population do not match.
    #[param(inline, example = 100_000)]
    pub population_max: Option<BoundedInt<0, 100_000_000>>,
    /// Bounding box in degrees: `west,south,east,north`. Matches entries located inside the box.
    #[param(inline, example = "8.5,47.3,10.2,48.6")]
    pub bbox: Option<Bbox>,
    /// Point in degrees: `lon,lat`, with a longitude from 5.5 to 15.5 and a latitude from 47 to 55.5. Matches entries located
    /// within `radius_km` of the point.
    #[param(inline, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// Radius around `near` in kilometres. Defaults to 25. Requires `near`.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<MunicipalityOrder>::schema)]
    pub sort: Option<Sort<MunicipalityOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
    #[param(style = Form, explode = true, inline, example = json!(["federal_state"]))]
    pub facets: Vec<MunicipalityFacet>,
}

/// Sort orders of the list of municipalities
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MunicipalityOrder {
    Title,
    Ags,
    Population,
    AreaKm2,
    CreatedAt,
    UpdatedAt,
    Distance,
    Relevance,
}

impl Order for MunicipalityOrder {
    const VALUES: &'static [&'static str] =
        &["title", "ags", "population", "area_km2", "created_at", "updated_at", "distance", "relevance"];
}

/// Facets of the list of municipalities
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MunicipalityFacet {
    Kind,
    FederalState,
    SizeClass,
    Funded,
}

impl Filters for MunicipalityQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![(&catalog::PROJECTS, &mut self.project)]
    }
}

impl Record for Municipality {
    const LISTS: &'static [Format] = &[Format::Json, Format::Geojson, Format::Csv, Format::Ndjson];
    const ENTRIES: &'static [Format] = &[Format::Json, Format::Geojson];
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "slug",
        "ags",
        "title.de",
        "title.en",
        "designation",
        "kind",
        "federal_state",
        "district.ags",
        "district.name",
        "population",
        "population_as_of",
        "area_km2",
        "size_class",
        "location.lon",
        "location.lat",
        "website",
        "projects.slug",
        "working_groups.slug",
        "learning_partnerships.slug",
        "created_at",
        "updated_at",
    ];

    fn places(&self) -> Vec<Location> {
        self.location.into_iter().collect()
    }

    impl_entry_record!();

    fn texts(&self) -> Texts<'_> {
        let texts = [("designation", self.designation.as_ref()), ("ags", self.ags.as_ref())];
        let texts = texts.into_iter().filter_map(|(member, text)| Some((member, text?.as_str())));
        both(["title.de", "title.en"], Some(&self.title)).chain(texts).collect()
    }
}

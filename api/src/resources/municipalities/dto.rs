//! What a municipality looks like to the world.

use chrono::{DateTime, NaiveDate, Utc};
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
use crate::model::highlight::{Highlight, Texts};
use crate::query::sublists::Lists;

/// A German municipality, district or association of municipalities
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Municipality {
    /// Id of the entry.
    #[schema(example = "0197f2a0-0000-7000-8000-000000000002")]
    pub id: Uuid,
    /// Short name in addresses: small letters and digits, words joined by hyphens.
    #[schema(example = "konstanz")]
    pub slug: String,
    /// Official key (Amtlicher Gemeindeschlüssel): 8 digits, 5 for a district, 9 for an association of municipalities.
    /// Absent for a body without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "08335043", pattern = r"^([0-9]{5}|[0-9]{8,9})$", nullable = false)]
    pub ags: Option<String>,
    /// What it is called.
    #[schema(example = "Konstanz")]
    pub name: String,
    /// What it calls itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Universitätsstadt", nullable = false)]
    pub designation: Option<String>,
    /// What kind of body it is.
    pub kind: MunicipalityKind,
    /// The state it lies in, or has its seat in.
    pub federal_state: FederalState,
    /// The district it belongs to; an independent city is its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub district: Option<District>,
    /// Inhabitants.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 86919, minimum = 0, nullable = false)]
    pub population: Option<i32>,
    /// The day the inhabitants were counted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-12-31", nullable = false)]
    pub population_as_of: Option<NaiveDate>,
    /// Area in square kilometres.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 54.12, minimum = 0, nullable = false)]
    pub area_km2: Option<f64>,
    /// Its class by inhabitants; districts and associations have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub size_class: Option<SizeClass>,
    /// A point inside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub location: Option<Location>,
    /// Its own pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "https://www.konstanz.de", format = "iri", nullable = false)]
    pub website: Option<String>,
    /// The model projects it is a member of.
    pub projects: Vec<Link>,
    /// The working groups it is in, itself or with a project it carries.
    pub working_groups: Vec<Link>,
    /// The learning partnerships it takes part in, itself or with a project it carries.
    pub learning_partnerships: Vec<Link>,
    /// Where the lists of all that belongs to it are.
    pub lists: Lists,
    /// With `highlight`, the texts the words were found in, by member, the words between `<mark>` and `</mark>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, String>>, example = json!({ "name": "<mark>Ulm</mark>" }), nullable = false)]
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

/// The district a municipality belongs to
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct District {
    /// Official key of the district, 5 digits.
    #[schema(example = "08335", pattern = "^[0-9]{5}$")]
    pub ags: String,
    /// What the district is called, where the directory has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Konstanz", nullable = false)]
    pub name: Option<String>,
}

/// Filters of the list of municipalities.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MunicipalityQuery {
    /// Kinds of body; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["town"]))]
    pub kind: Vec<MunicipalityKind>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-BW"]))]
    pub federal_state: Vec<FederalState>,
    /// First digits of the official key, 1 to 9; repeat for alternatives.
    #[param(value_type = Vec<String>, style = Form, explode = true, example = json!(["08335"]))]
    pub ags: Vec<AgsPrefix>,
    /// Classes by inhabitants; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["medium_town"]))]
    pub size_class: Vec<SizeClass>,
    /// Only members of a model project, or only the others.
    #[param(value_type = Option<bool>, example = true)]
    pub funded: Option<bool>,
    /// Slugs or ids of projects they are members of; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["suedwestfalen"]))]
    pub project: Vec<String>,
    /// Only those with at least so many inhabitants.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 100_000_000, example = 20_000)]
    pub population_min: Option<BoundedInt<0, 100_000_000>>,
    /// Only those with at most so many inhabitants.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 100_000_000, example = 100_000)]
    pub population_max: Option<BoundedInt<0, 100_000_000>>,
    /// Only what lies in this box: west,south,east,north in degrees.
    #[param(value_type = Option<String>, example = "8.5,47.3,10.2,48.6")]
    pub bbox: Option<Bbox>,
    /// Only what lies around this point: lon,lat in degrees.
    #[param(value_type = Option<String>, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// How far around `near`, in kilometres; nothing without it.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<MunicipalityOrder>::schema)]
    pub sort: Option<Sort<MunicipalityOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["federal_state"]))]
    pub facets: Vec<MunicipalityFacet>,
}

/// What municipalities can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MunicipalityOrder {
    Name,
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
        &["name", "ags", "population", "area_km2", "created_at", "updated_at", "distance", "relevance"];
}

/// What municipalities can be counted by
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
        "name",
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
        let texts =
            [("name", Some(&self.name)), ("designation", self.designation.as_ref()), ("ags", self.ags.as_ref())];
        texts.into_iter().filter_map(|(member, text)| Some((member, text?.as_str()))).collect()
    }
}

//! What the list of practice examples can be asked.

use entity::PartialDate;
use entity::vocabulary::{
    ConfirmedBy, CostBasis, DiscontinuedReason, FederalState, Freshness, Relation, Status, Workstream,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::{BoundedInt, Filters, Order, Sort};
use crate::model::ags::AgsPrefix;
use crate::model::catalog::{self, Resource};
use crate::model::geo::{Bbox, Kilometres, Near};

/// Filters of the list of practice examples.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PracticeExampleQuery {
    /// Origin, or how they came by it; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub relation: Vec<Relation>,
    /// Where they stand; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["operational"]))]
    pub status: Vec<Status>,
    /// Discontinued for this reason; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["funding_ended"]))]
    pub discontinued_reason: Vec<DiscontinuedReason>,
    /// With a success factor or obstacle on this side of the work; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["legal"]))]
    pub workstream: Vec<Workstream>,
    /// How long ago they were confirmed; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["fresh"]))]
    pub freshness: Vec<Freshness>,
    /// Who stands by them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["adopter"]))]
    pub confirmed_by: Vec<ConfirmedBy>,
    /// Whether they take a solution over, or are its origin.
    #[param(value_type = Option<bool>, example = true)]
    pub adoption: Option<bool>,
    /// With costs that rest on this; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["actual"]))]
    pub cost_basis: Vec<CostBasis>,
    /// Sustainable Development Goals, 1 to 17; repeat for alternatives.
    #[param(value_type = Vec<i64>, style = Form, explode = true, example = json!([11]))]
    pub sdg: Vec<BoundedInt<1, 17>>,
    /// Slugs or ids of solutions; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open-smartcity-app"]))]
    pub solution: Vec<String>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slugs or ids of projects; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official keys, slugs or ids of municipalities; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// First digits of an official key of a municipality it belongs to, 1 to 9; repeat for alternatives.
    #[param(value_type = Vec<String>, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Only what goes on at or after this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2024")]
    pub from: Option<PartialDate>,
    /// Only what begins at or before the end of this year, month or day.
    #[param(value_type = Option<PartialDate>, inline, example = "2025-06")]
    pub to: Option<PartialDate>,
    /// Only what lies in this box: west,south,east,north in degrees.
    #[param(value_type = Option<String>, example = "8.5,47.3,10.2,48.9")]
    pub bbox: Option<Bbox>,
    /// Only what lies around this point: lon,lat in degrees.
    #[param(value_type = Option<String>, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// How far around `near`, in kilometres; nothing without it.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<PracticeExampleOrder>::schema)]
    pub sort: Option<Sort<PracticeExampleOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["relation"]))]
    pub facets: Vec<PracticeExampleFacet>,
}

impl Filters for PracticeExampleQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![
            (&catalog::THEMES, &mut self.theme),
            (&catalog::SOLUTIONS, &mut self.solution),
            (&catalog::PROJECTS, &mut self.project),
            (&catalog::MUNICIPALITIES, &mut self.municipality),
        ]
    }
}

/// What practice examples can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PracticeExampleOrder {
    Title,
    StartsOn,
    LastConfirmedOn,
    Distance,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for PracticeExampleOrder {
    const VALUES: &'static [&'static str] =
        &["title", "starts_on", "last_confirmed_on", "distance", "created_at", "updated_at", "relevance"];
}

/// What practice examples can be counted by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PracticeExampleFacet {
    Relation,
    Status,
    DiscontinuedReason,
    Workstream,
    Freshness,
    ConfirmedBy,
    Sdg,
    Solution,
    Theme,
    Project,
    FederalState,
}

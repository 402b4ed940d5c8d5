//! What the list of solutions can be asked.

use entity::vocabulary::{
    CostBasis, DiscontinuedReason, FederalState, Freshness, Openness, OperatorModel, PrerequisiteKind, ScalingPhase,
    SolutionKind, SolutionRelation, SpatialScope, Status,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::http::{Filters, Order, Sort};
use crate::model::ags::AgsPrefix;
use crate::model::catalog::{self, Resource};
use crate::model::geo::{Bbox, Kilometres, Near};

/// Filters of the list of solutions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SolutionQuery {
    /// Kinds of thing; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["software"]))]
    pub kind: Vec<SolutionKind>,
    /// Where they stand; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["operational"]))]
    pub status: Vec<Status>,
    /// How far they have come; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub scaling_phase: Vec<ScalingPhase>,
    /// How open they are; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open_source"]))]
    pub openness: Vec<Openness>,
    /// Licences, as SPDX expressions; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["EUPL-1.2"]))]
    pub licence: Vec<String>,
    /// Only those whose source is public, or only the others.
    #[param(value_type = Option<bool>, example = true)]
    pub has_repository: Option<bool>,
    /// Who runs them; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["municipality"]))]
    pub operator_model: Vec<OperatorModel>,
    /// Spaces they work in; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["citywide"]))]
    pub spatial_scope: Vec<SpatialScope>,
    /// With a prerequisite of this kind; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["technical"]))]
    pub prerequisite: Vec<PrerequisiteKind>,
    /// How long ago they were confirmed; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["fresh"]))]
    pub freshness: Vec<Freshness>,
    /// With costs that rest on this; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["actual"]))]
    pub cost_basis: Vec<CostBasis>,
    /// What stands between them and another solution; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["builds_on"]))]
    pub solution_relation: Vec<SolutionRelation>,
    /// Slugs or ids of solutions they stand in a relation to, from either side; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open-smartcity-app"]))]
    pub solution: Vec<String>,
    /// Discontinued for this reason; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["funding_ended"]))]
    pub discontinued_reason: Vec<DiscontinuedReason>,
    /// Slugs or ids of themes; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slugs or ids of projects; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official keys, slugs or ids of providers, or of those who carry a project of it; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// First digits of an official key of a municipality it belongs to, 1 to 9; repeat for alternatives.
    #[param(value_type = Vec<String>, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
    /// States by ISO 3166-2 code; repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
    /// Only what lies in this box: west,south,east,north in degrees.
    #[param(value_type = Option<String>, example = "8.5,47.3,10.2,48.9")]
    pub bbox: Option<Bbox>,
    /// Only what lies around this point: lon,lat in degrees.
    #[param(value_type = Option<String>, example = "9.99,48.40")]
    pub near: Option<Near>,
    /// How far around `near`, in kilometres; nothing without it.
    #[param(value_type = Option<f64>, minimum = 0.1, maximum = 1000, default = 25, example = 50)]
    pub radius_km: Option<Kilometres>,
    #[param(required = false, schema_with = Sort::<SolutionOrder>::schema)]
    pub sort: Option<Sort<SolutionOrder>>,
    /// Facets to count; repeat for several. A facet leaves the filter of its own name out.
    #[param(style = Form, explode = true, inline, example = json!(["kind", "theme"]))]
    pub facets: Vec<SolutionFacet>,
}

impl Filters for SolutionQuery {
    fn references(&mut self) -> Vec<(&'static Resource, &mut Vec<String>)> {
        vec![
            (&catalog::THEMES, &mut self.theme),
            (&catalog::PROJECTS, &mut self.project),
            (&catalog::MUNICIPALITIES, &mut self.municipality),
            (&catalog::SOLUTIONS, &mut self.solution),
        ]
    }
}

/// What solutions can be ordered by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SolutionOrder {
    Title,
    AdoptionCount,
    LastConfirmedOn,
    Distance,
    CreatedAt,
    UpdatedAt,
    Relevance,
}

impl Order for SolutionOrder {
    const VALUES: &'static [&'static str] =
        &["title", "adoption_count", "last_confirmed_on", "distance", "created_at", "updated_at", "relevance"];
}

/// What solutions can be counted by
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SolutionFacet {
    Kind,
    Status,
    ScalingPhase,
    Openness,
    Licence,
    HasRepository,
    OperatorModel,
    SpatialScope,
    Prerequisite,
    Freshness,
    CostBasis,
    DiscontinuedReason,
    Theme,
    Project,
    FederalState,
}

//! Query parameters of the list of practice examples.

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

/// Query parameters of the list of practice examples.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PracticeExampleQuery {
    /// Relation to the solution. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub relation: Vec<Relation>,
    /// Status. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["operational"]))]
    pub status: Vec<Status>,
    /// Reason for discontinuation. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["funding_ended"]))]
    pub discontinued_reason: Vec<DiscontinuedReason>,
    /// Workstream of a success factor or obstacle. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["legal"]))]
    pub workstream: Vec<Workstream>,
    /// Freshness of the last confirmation, `never` included. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["fresh"]))]
    pub freshness: Vec<Freshness>,
    /// Side that has confirmed the example. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["adopter"]))]
    pub confirmed_by: Vec<ConfirmedBy>,
    /// Whether the example is an adoption, that is, its `relation` is not `origin`.
    #[param(value_type = Option<bool>, example = true)]
    pub adoption: Option<bool>,
    /// Basis of the cost figures. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["actual"]))]
    pub cost_basis: Vec<CostBasis>,
    /// Number of a Sustainable Development Goal, 1 to 17. Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!([11]))]
    pub sdg: Vec<BoundedInt<1, 17>>,
    /// Slug or ID of a solution. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open-smartcity-app"]))]
    pub solution: Vec<String>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// First 1 to 9 digits of an official key (AGS). Repeat for alternatives.
    #[param(inline, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
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
    #[param(required = false, schema_with = Sort::<PracticeExampleOrder>::schema)]
    pub sort: Option<Sort<PracticeExampleOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
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

/// Sort orders of the list of practice examples
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

/// Facets of the list of practice examples
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

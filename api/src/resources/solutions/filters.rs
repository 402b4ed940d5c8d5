//! Query parameters of the list of solutions.

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

/// Query parameters of the list of solutions.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SolutionQuery {
    /// Kind of solution. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["software"]))]
    pub kind: Vec<SolutionKind>,
    /// Status. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["operational"]))]
    pub status: Vec<Status>,
    /// Scaling phase. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["transfer"]))]
    pub scaling_phase: Vec<ScalingPhase>,
    /// Degree of openness. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["open_source"]))]
    pub openness: Vec<Openness>,
    /// Licence as an SPDX expression, matched exactly. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["EUPL-1.2"]))]
    pub licence: Vec<String>,
    /// Whether the solution has a `repository_url`.
    #[param(value_type = Option<bool>, example = true)]
    pub has_repository: Option<bool>,
    /// Operator model. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["municipality"]))]
    pub operator_model: Vec<OperatorModel>,
    /// Spatial scope. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["citywide"]))]
    pub spatial_scope: Vec<SpatialScope>,
    /// Kind of a prerequisite. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["technical"]))]
    pub prerequisite: Vec<PrerequisiteKind>,
    /// Freshness of the last confirmation, `never` included. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["fresh"]))]
    pub freshness: Vec<Freshness>,
    /// Basis of the cost figures. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["actual"]))]
    pub cost_basis: Vec<CostBasis>,
    /// Relation to another solution, in either direction. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["builds_on"]))]
    pub solution_relation: Vec<SolutionRelation>,
    /// Slug or ID of a solution. Repeat for alternatives. Matches solutions related to that solution, in either
    /// direction.
    #[param(style = Form, explode = true, example = json!(["open-smartcity-app"]))]
    pub solution: Vec<String>,
    /// Reason for discontinuation. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["funding_ended"]))]
    pub discontinued_reason: Vec<DiscontinuedReason>,
    /// Slug or ID of a theme. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["mobility"]))]
    pub theme: Vec<String>,
    /// Slug or ID of a project. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["solingen"]))]
    pub project: Vec<String>,
    /// Official key, slug or ID of a municipality. Repeat for alternatives. Matches providers and members of the
    /// projects.
    #[param(style = Form, explode = true, example = json!(["08335043"]))]
    pub municipality: Vec<String>,
    /// First 1 to 9 digits of an official key (AGS). Repeat for alternatives. Matches providers and members of the
    /// projects.
    #[param(inline, style = Form, explode = true, example = json!(["08"]))]
    pub ags: Vec<AgsPrefix>,
    /// Federal state by ISO 3166-2 code. Repeat for alternatives.
    #[param(style = Form, explode = true, example = json!(["DE-NW"]))]
    pub federal_state: Vec<FederalState>,
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
    #[param(required = false, schema_with = Sort::<SolutionOrder>::schema)]
    pub sort: Option<Sort<SolutionOrder>>,
    /// Facet to count. Repeat for several facets. A facet ignores the filter of the same name.
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

/// Sort orders of the list of solutions
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

/// Facets of the list of solutions
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

#[cfg(test)]
mod tests {
    use actix_web::dev::Payload;
    use actix_web::{FromRequest, test::TestRequest};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::base::error::Error;
    use crate::base::property::config;
    use crate::http::ListQuery;
    use crate::resources::solutions::dto::Solution;

    /// Parameters with values of any kind.
    fn pairs() -> impl Strategy<Value = Vec<(String, String)>> {
        const NAME: &str = "q|highlight|updated_since|ids|slug|limit|cursor|fields|format|dialect|status|licence|ags|bbox|near|radius_km|sort|facets";
        const VALUE: &str = "|true|-?[0-9]{1,20}|[0-9.,-]{1,20}|2024-02-[0-9]{2}|operational|csv|excel-de|title,slug|-?distance|relevance";
        vec((prop_oneof![9 => NAME, 1 => ".{0,8}"], prop_oneof![VALUE, ".{0,20}"]), 0..5)
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn query_is_parsed_or_each_problem_names_its_parameter(pairs in pairs()) {
            let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let query: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
            let request = TestRequest::with_uri(&format!("/v1/solutions?{}", query.join("&"))).to_http_request();

            match ListQuery::<SolutionQuery, Solution>::from_request(&request, &mut Payload::None).into_inner() {
                Ok(_) => {}
                Err(Error::Parameters(violations)) => {
                    prop_assert!(!violations.is_empty());
                    for violation in violations {
                        prop_assert!(pairs.iter().any(|(name, _)| Some(name) == violation.parameter.as_ref()), "{violation:?}");
                    }
                }
                Err(Error::NotAcceptable(_)) => prop_assert!(pairs.iter().any(|(name, _)| name == "format")),
                Err(error) => prop_assert!(false, "{error:?}"),
            }
        }
    }
}

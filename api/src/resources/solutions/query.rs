//! What the database does to find solutions.

use entity::vocabulary::{
    CostBasis, DiscontinuedReason, FederalState, Freshness, Openness, OperatorModel, PrerequisiteKind, ScalingPhase,
    SolutionKind, SpatialScope, Status,
};

use super::filters::{SolutionFacet, SolutionOrder, SolutionQuery};
use crate::base::terms::term_values;
use crate::model::catalog::{self, MUNICIPALITIES, SOLUTIONS};
use crate::model::geo::Near;
use crate::query::facets::{Label, Values, facets, plain, term, yes_or_no};
use crate::query::filter::Filter;
use crate::query::geo::nearest;
use crate::query::keyset::SortKey;
use crate::query::list::ListPlan;
use crate::query::relations::Relation;

pub(super) const THEMES: Relation = Relation::ordered("solution_theme", "solution_id", "theme_id", &catalog::THEMES);
pub(super) const PROJECTS: Relation =
    Relation::ordered("solution_project", "solution_id", "project_id", &catalog::PROJECTS);
pub(super) const PROVIDERS: Relation =
    Relation::ordered("solution_provider", "solution_id", "municipality_id", &MUNICIPALITIES);
const MUNICIPALITIES_OF: Relation =
    Relation::sorted("solution_municipality", "solution_id", "municipality_id", &MUNICIPALITIES);
pub(super) const EXAMPLES: Relation =
    Relation::sorted("practice_example_solution", "solution_id", "practice_example_id", &catalog::PRACTICE_EXAMPLES);
pub(super) const PARTNERSHIPS: Relation = Relation::sorted(
    "learning_partnership_solution",
    "solution_id",
    "learning_partnership_id",
    &catalog::LEARNING_PARTNERSHIPS,
);
pub(super) const ADOPTERS: Relation =
    Relation::sorted("solution_adoption", "solution_id", "municipality_id", &MUNICIPALITIES);

const RELATIVES: Relation = Relation::sorted("solution_relative", "solution_id", "other_id", &SOLUTIONS);

pub(super) fn plan(query: &SolutionQuery) -> ListPlan {
    let default_order = query.near.map_or(SortKey::text("solution.title_key"), |near| nearest("solution", near));
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, |by| order(by, query.near)),
        default_order,
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &SolutionQuery) -> Filter {
    Filter::of(&SOLUTIONS)
        .term("kind", &query.kind)
        .term("status", &query.status)
        .term("scaling_phase", &query.scaling_phase)
        .term("openness", &query.openness)
        .text("licence", query.licence.clone())
        .compare("repository_url is not null = $1", query.has_repository)
        .term("operator_model", &query.operator_model)
        .listed("solution_scope", "spatial_scope", term_values(&query.spatial_scope))
        .listed("solution_prerequisite", "kind", term_values(&query.prerequisite))
        .listed("solution_freshness", "freshness", term_values(&query.freshness))
        .text("costs ->> 'basis'", term_values(&query.cost_basis))
        .listed("solution_relative", "relation", term_values(&query.solution_relation))
        .related(&RELATIVES, &query.solution)
        .listed("solution_discontinued_reason", "reason", term_values(&query.discontinued_reason))
        .related(&THEMES, &query.theme)
        .related(&PROJECTS, &query.project)
        .related(&MUNICIPALITIES_OF, &query.municipality)
        .official("solution_municipality", &query.ags)
        .listed("solution_federal_state", "federal_state", term_values(&query.federal_state))
        .within("solution_place", query.bbox, query.near, query.radius_km)
}

fn order(by: SolutionOrder, near: Option<Near>) -> Option<SortKey> {
    Some(match by {
        SolutionOrder::Title => SortKey::text("solution.title_key"),
        SolutionOrder::AdoptionCount => SortKey::integer(ADOPTED),
        SolutionOrder::LastConfirmedOn => SortKey::text("coalesce(solution.last_confirmed_on::text, '') collate \"C\""),
        SolutionOrder::Distance => return near.map(|near| nearest("solution", near)),
        SolutionOrder::CreatedAt => SortKey::time("solution.created_at"),
        SolutionOrder::UpdatedAt => SortKey::time("solution.updated_at"),
        SolutionOrder::Relevance => return None,
    })
}

#[expect(clippy::too_many_lines, reason = "four lines for each facet")]
fn facet_spec(facet: SolutionFacet, query: &mut SolutionQuery) -> (&'static str, Values, Label) {
    match facet {
        SolutionFacet::Kind => {
            query.kind.clear();
            ("kind", Values::Column("kind"), term::<SolutionKind>)
        }
        SolutionFacet::Status => {
            query.status.clear();
            ("status", Values::Column("status"), term::<Status>)
        }
        SolutionFacet::ScalingPhase => {
            query.scaling_phase.clear();
            ("scaling_phase", Values::Column("scaling_phase"), term::<ScalingPhase>)
        }
        SolutionFacet::Openness => {
            query.openness.clear();
            ("openness", Values::Column("openness"), term::<Openness>)
        }
        SolutionFacet::Licence => {
            query.licence.clear();
            ("licence", Values::Column("licence"), plain)
        }
        SolutionFacet::HasRepository => {
            query.has_repository = None;
            ("has_repository", Values::Column("repository_url is not null"), yes_or_no)
        }
        SolutionFacet::OperatorModel => {
            query.operator_model.clear();
            ("operator_model", Values::Column("operator_model"), term::<OperatorModel>)
        }
        SolutionFacet::SpatialScope => {
            query.spatial_scope.clear();
            ("spatial_scope", Values::JoinTable("solution_scope", "spatial_scope"), term::<SpatialScope>)
        }
        SolutionFacet::Prerequisite => {
            query.prerequisite.clear();
            ("prerequisite", Values::JoinTable("solution_prerequisite", "kind"), term::<PrerequisiteKind>)
        }
        SolutionFacet::Freshness => {
            query.freshness.clear();
            ("freshness", Values::JoinTable("solution_freshness", "freshness"), term::<Freshness>)
        }
        SolutionFacet::CostBasis => {
            query.cost_basis.clear();
            ("cost_basis", Values::Column("costs ->> 'basis'"), term::<CostBasis>)
        }
        SolutionFacet::DiscontinuedReason => {
            query.discontinued_reason.clear();
            (
                "discontinued_reason",
                Values::JoinTable("solution_discontinued_reason", "reason"),
                term::<DiscontinuedReason>,
            )
        }
        SolutionFacet::Theme => {
            query.theme.clear();
            ("theme", Values::Related(&THEMES), plain)
        }
        SolutionFacet::Project => {
            query.project.clear();
            ("project", Values::Related(&PROJECTS), plain)
        }
        SolutionFacet::FederalState => {
            query.federal_state.clear();
            ("federal_state", Values::JoinTable("solution_federal_state", "federal_state"), term::<FederalState>)
        }
    }
}

/// How many municipalities have taken a solution over.
const ADOPTED: &str =
    "(select count(distinct a.municipality_id) from solution_adoption a where a.solution_id = solution.id)";

//! Queries for solutions: filters, sort orders, facets and relations.

use entity::vocabulary::{
    CostBasis, DiscontinuedReason, FederalState, Freshness, Openness, OperatorModel, PrerequisiteKind, ScalingPhase,
    SolutionKind, SpatialScope, Status,
};

use super::filters::{SolutionFacet, SolutionOrder, SolutionQuery};
use crate::base::terms::term_values;
use crate::model::catalog::{self, MUNICIPALITIES, SOLUTIONS};
use crate::model::geo::Near;
use crate::query::facets::{facet_specs, facets, plain, term, yes_or_no};
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
        .present("repository_url", query.has_repository)
        .term("operator_model", &query.operator_model)
        .overlap("solution.spatial_scope", term_values(&query.spatial_scope))
        .overlap("prerequisite_kinds(solution.prerequisites)", term_values(&query.prerequisite))
        .listed("solution_freshness", "freshness", term_values(&query.freshness))
        .text("costs ->> 'basis'", term_values(&query.cost_basis))
        .listed("solution_relative", "relation", term_values(&query.solution_relation))
        .related(&RELATIVES, &query.solution)
        .overlap("discontinued_reasons(solution.discontinued)", term_values(&query.discontinued_reason))
        .related(&THEMES, &query.theme)
        .related(&PROJECTS, &query.project)
        .related(&MUNICIPALITIES_OF, &query.municipality)
        .official("solution_municipality_row", &query.ags)
        .in_states(&query.federal_state)
        .within("solution_place", query.bbox, query.near, query.radius_km)
}

fn order(by: SolutionOrder, near: Option<Near>) -> Option<SortKey> {
    Some(match by {
        SolutionOrder::Title => SortKey::text("solution.title_key"),
        SolutionOrder::AdoptionCount => SortKey::integer("solution.adoption_count"),
        SolutionOrder::LastConfirmedOn => SortKey::integer(CONFIRMED),
        SolutionOrder::Distance => return near.map(|near| nearest("solution", near)),
        SolutionOrder::CreatedAt => SortKey::time("solution.created_at"),
        SolutionOrder::UpdatedAt => SortKey::time("solution.updated_at"),
        SolutionOrder::Relevance => return None,
    })
}

facet_specs! {
    SolutionFacet of SolutionQuery;
    Kind => kind: Column("kind"), term::<SolutionKind>;
    Status => status: Column("status"), term::<Status>;
    ScalingPhase => scaling_phase: Column("scaling_phase"), term::<ScalingPhase>;
    Openness => openness: Column("openness"), term::<Openness>;
    Licence => licence: Column("licence"), plain;
    HasRepository => has_repository: Column("repository_url is not null"), yes_or_no;
    OperatorModel => operator_model: Column("operator_model"), term::<OperatorModel>;
    SpatialScope => spatial_scope: JoinTable("solution_scope", "spatial_scope"), term::<SpatialScope>;
    Prerequisite => prerequisite: JoinTable("solution_prerequisite", "kind"), term::<PrerequisiteKind>;
    Freshness => freshness: JoinTable("solution_freshness", "freshness"), term::<Freshness>;
    CostBasis => cost_basis: Column("costs ->> 'basis'"), term::<CostBasis>;
    DiscontinuedReason => discontinued_reason: JoinTable("solution_discontinued_reason", "reason"), term::<DiscontinuedReason>;
    Theme => theme: Related(&THEMES), plain;
    Project => project: Related(&PROJECTS), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

/// Date of the last confirmation as an indexed number. Solutions that were never confirmed come before the first date.
const CONFIRMED: &str = "coalesce(solution.last_confirmed_on - date '1970-01-01', -1)";

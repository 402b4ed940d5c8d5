//! Queries for learning partnerships: filters, sort orders, facets and relations.

use entity::learning_partnership::Model;
use entity::vocabulary::{FederalState, PartnerRole, PartnershipFormat, PartnershipStatus, Relation as HowRelated};
use sea_orm::ConnectionTrait;

use super::dto::{
    LearningPartnership, LearningPartnershipFacet, LearningPartnershipOrder, LearningPartnershipQuery, Partner,
};
use crate::base::error::Result;
use crate::base::terms::term_values;
use crate::model::catalog::{self, LEARNING_PARTNERSHIPS, MUNICIPALITIES, Resource};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};
use crate::write::participants::{Participant, Participants};

pub(super) const THEMES: Relation =
    Relation::ordered("learning_partnership_theme", "learning_partnership_id", "theme_id", &catalog::THEMES);
pub(super) const SOLUTIONS: Relation =
    Relation::ordered("learning_partnership_solution", "learning_partnership_id", "solution_id", &catalog::SOLUTIONS);
pub(super) const PARTNERS: Participants =
    Participants { table: "learning_partnership_partner", owner: "learning_partnership_id" };
const PROJECTS: Relation =
    Relation::sorted("learning_partnership_partner", "learning_partnership_id", "project_id", &catalog::PROJECTS);
const MUNICIPALITIES_OF: Relation = Relation::sorted(
    "learning_partnership_municipality",
    "learning_partnership_id",
    "municipality_id",
    &MUNICIPALITIES,
);

pub(super) fn plan(query: &LearningPartnershipQuery) -> ListPlan {
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, order),
        default_order: SortKey::text("learning_partnership.title_key"),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &LearningPartnershipQuery) -> Filter {
    Filter::of(&LEARNING_PARTNERSHIPS)
        .term("format", &query.partnership_format)
        .term("relation", &query.relation)
        .term("status", &query.status)
        .listed("learning_partnership_partner", "role", term_values(&query.role))
        .related(&THEMES, &query.theme)
        .related(&SOLUTIONS, &query.solution)
        .related(&PROJECTS, &query.project)
        .related(&MUNICIPALITIES_OF, &query.municipality)
        .in_states(&query.federal_state)
        .during(query.from.as_ref(), query.to.as_ref())
}

fn order(by: LearningPartnershipOrder) -> Option<SortKey> {
    Some(match by {
        LearningPartnershipOrder::Title => SortKey::text("learning_partnership.title_key"),
        LearningPartnershipOrder::StartsOn => SortKey::text("coalesce(learning_partnership.first_day, '')"),
        LearningPartnershipOrder::CreatedAt => SortKey::time("learning_partnership.created_at"),
        LearningPartnershipOrder::UpdatedAt => SortKey::time("learning_partnership.updated_at"),
        LearningPartnershipOrder::Relevance => return None,
    })
}

facet_specs! {
    LearningPartnershipFacet of LearningPartnershipQuery;
    PartnershipFormat => partnership_format: Column("format"), term::<PartnershipFormat>;
    Relation => relation: Column("relation"), term::<HowRelated>;
    Status => status: Column("status"), term::<PartnershipStatus>;
    Role => role: JoinTable("learning_partnership_partner", "role"), term::<PartnerRole>;
    Theme => theme: Related(&THEMES), plain;
    Solution => solution: Related(&SOLUTIONS), plain;
    Project => project: Related(&PROJECTS), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

impl Entry for LearningPartnership {
    type Table = entity::learning_partnership::Entity;
    const RESOURCE: &'static Resource = &catalog::LEARNING_PARTNERSHIPS;

    /// Loads all relations with two statements, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let ids = ids(&rows, |row| row.id);
        let mut links = links(db, &[&THEMES, &SOLUTIONS], &ids).await?;
        let mut partners = PARTNERS.of(db, &ids).await?;
        let mut view = |row: Model| {
            let partners: Vec<Participant<PartnerRole>> = partners.remove(&row.id).unwrap_or_default();
            LearningPartnership {
                themes: links.take(&THEMES, row.id),
                solutions: links.take(&SOLUTIONS, row.id),
                partners: partners.into_iter().map(Partner::from).collect(),
                id: row.id,
                slug: row.slug,
                title: row.title,
                format: row.format,
                relation: row.relation,
                summary: row.summary,
                status: row.status,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                results: row.results,
                sources: row.sources,
                highlight: None,
                revision: row.revision,
                created_at: row.created_at,
                updated_at: row.updated_at,
            }
        };
        Ok(rows.into_iter().map(&mut view).collect())
    }
}

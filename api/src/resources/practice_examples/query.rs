//! Queries for practice examples: filters, sort orders, facets and relations.

use anyhow::anyhow;
use chrono::NaiveDate;
use entity::practice_example::Model;
use entity::vocabulary::{
    ConfirmedBy, DiscontinuedReason, FederalState, Freshness, Relation as HowRelated, Status, Workstream,
};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Expr;

use super::confirm;
use super::dto::PracticeExample;
use super::filters::{PracticeExampleFacet, PracticeExampleOrder, PracticeExampleQuery};
use crate::base::error::{Error, Result};
use crate::base::terms::term_values;
use crate::model::catalog::{self, MUNICIPALITIES, PRACTICE_EXAMPLES, Resource};
use crate::model::geo::Near;
use crate::model::reuse::{freshness, read};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::geo::{nearest, places};
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};

pub(super) const THEMES: Relation =
    Relation::ordered("practice_example_theme", "practice_example_id", "theme_id", &catalog::THEMES);
const PROJECTS: Relation =
    Relation::sorted("practice_example_project", "practice_example_id", "project_id", &catalog::PROJECTS);
const SOLUTIONS: Relation =
    Relation::sorted("practice_example_solution", "practice_example_id", "solution_id", &catalog::SOLUTIONS);
const MUNICIPALITY: Relation =
    Relation::sorted("practice_example_municipality", "practice_example_id", "municipality_id", &MUNICIPALITIES);

pub(super) fn plan(query: &PracticeExampleQuery) -> ListPlan {
    let default_order =
        query.near.map_or(SortKey::text("practice_example.title_key"), |near| nearest("practice_example", near));
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, |by| order(by, query.near)),
        default_order,
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &PracticeExampleQuery) -> Filter {
    Filter::of(&PRACTICE_EXAMPLES)
        .term("relation", &query.relation)
        .term("status", &query.status)
        .listed("practice_example_discontinued_reason", "reason", term_values(&query.discontinued_reason))
        .text("costs ->> 'basis'", term_values(&query.cost_basis))
        .listed("practice_example_workstream", "workstream", term_values(&query.workstream))
        .listed("practice_example_freshness", "freshness", term_values(&query.freshness))
        .listed("practice_example_confirmed_by", "confirmed_by", term_values(&query.confirmed_by))
        .and(query.adoption.map(|over| Expr::cust_with_values("(practice_example.relation <> 'origin') = $1", [over])))
        .listed("practice_example_goal", "goal::text", query.sdg.iter().map(|goal| goal.0.to_string()).collect())
        .related(&SOLUTIONS, &query.solution)
        .related(&THEMES, &query.theme)
        .related(&PROJECTS, &query.project)
        .related(&MUNICIPALITY, &query.municipality)
        .official("practice_example_municipality", &query.ags)
        .in_states(&query.federal_state)
        .during(query.from.as_ref(), query.to.as_ref())
        .within("practice_example_place", query.bbox, query.near, query.radius_km)
}

fn order(by: PracticeExampleOrder, near: Option<Near>) -> Option<SortKey> {
    Some(match by {
        PracticeExampleOrder::Title => SortKey::text("practice_example.title_key"),
        PracticeExampleOrder::StartsOn => SortKey::text("coalesce(practice_example.first_day, '')"),
        PracticeExampleOrder::LastConfirmedOn => {
            SortKey::text("coalesce(practice_example.last_confirmed_on::text, '') collate \"C\"")
        }
        PracticeExampleOrder::Distance => return near.map(|near| nearest("practice_example", near)),
        PracticeExampleOrder::CreatedAt => SortKey::time("practice_example.created_at"),
        PracticeExampleOrder::UpdatedAt => SortKey::time("practice_example.updated_at"),
        PracticeExampleOrder::Relevance => return None,
    })
}

facet_specs! {
    PracticeExampleFacet of PracticeExampleQuery;
    Relation => relation: Column("relation"), term::<HowRelated>;
    Status => status: Column("status"), term::<Status>;
    DiscontinuedReason => discontinued_reason: JoinTable("practice_example_discontinued_reason", "reason"), term::<DiscontinuedReason>;
    Workstream => workstream: JoinTable("practice_example_workstream", "workstream"), term::<Workstream>;
    Freshness => freshness: JoinTable("practice_example_freshness", "freshness"), term::<Freshness>;
    ConfirmedBy => confirmed_by: JoinTable("practice_example_confirmed_by", "confirmed_by"), term::<ConfirmedBy>;
    Sdg => sdg: JoinTable("practice_example_goal", "goal"), plain;
    Solution => solution: Related(&SOLUTIONS), plain;
    Theme => theme: Related(&THEMES), plain;
    Project => project: Related(&PROJECTS), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

impl Entry for PracticeExample {
    type Table = entity::practice_example::Entity;
    const RESOURCE: &'static Resource = &catalog::PRACTICE_EXAMPLES;

    /// Loads all relations with three statements, independent of the number of rows.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let ids = ids(&rows, |row| row.id);
        let mut links = links(db, &[&THEMES, &PROJECTS, &SOLUTIONS, &MUNICIPALITY], &ids).await?;
        let mut places = places(db, PRACTICE_EXAMPLES.table, &ids).await?;
        let mut confirmed = confirm::sides(db, &ids).await?;
        let view = |row: Model| -> Result<PracticeExample> {
            Ok(PracticeExample {
                municipality: links
                    .take(&MUNICIPALITY, row.id)
                    .pop()
                    .ok_or_else(|| Error::internal(anyhow!("the municipality of a practice example is not stored")))?,
                project: links.take(&PROJECTS, row.id).pop(),
                solution: links.take(&SOLUTIONS, row.id).pop(),
                themes: links.take(&THEMES, row.id),
                freshness: freshness(row.last_confirmed_on),
                last_confirmed_on: row.last_confirmed_on,
                confirmed_by: confirmed.remove(&row.id).unwrap_or_default(),
                location: places.remove(&row.id).unwrap_or_default().pop(),
                discontinued: row.discontinued.map(read).transpose()?,
                success_factors: read(row.success_factors)?,
                obstacles: read(row.obstacles)?,
                impacts: read(row.impacts)?,
                costs: row.costs.map(read).transpose()?,
                staffing: row.staffing.map(read).transpose()?,
                contacts: read(row.contacts)?,
                links: read(row.links)?,
                id: row.id,
                slug: row.slug,
                title: row.title,
                relation: row.relation,
                status: row.status,
                challenge: row.challenge,
                approach: row.approach,
                results: row.results,
                lessons_learned: row.lessons_learned,
                transfer_notes: row.transfer_notes,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                sdgs: row.sdgs,
                sources: row.sources,
                highlight: None,
                revision: row.revision,
                created_at: row.created_at,
                updated_at: row.updated_at,
            })
        };
        rows.into_iter().map(view).collect()
    }

    fn last_confirmed_on(&self) -> Option<NaiveDate> {
        self.last_confirmed_on
    }
}

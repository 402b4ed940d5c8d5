//! Representations of solutions, built from their rows.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::Text;
use entity::solution::Model;
use entity::vocabulary::SolutionRelation;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::dto::{RelatedSolution, Solution};
use super::query::{EXAMPLES, PARTNERSHIPS, PROJECTS, PROVIDERS, THEMES};
use crate::base::db::sql;
use crate::base::error::Result;
use crate::base::link::Link;
use crate::base::terms::parse_terms;
use crate::model::catalog::{self, Resource, SOLUTIONS};
use crate::model::reuse::{completeness, freshness, read};
use crate::query::entry::Entry;
use crate::query::geo::places;
use crate::query::list::ids;
use crate::query::relations::links;
use crate::query::sublists::Lists;

/// Lists that can be filtered by a solution.
pub(super) const LISTS: &[&str] = &["practice-examples", "learning-partnerships"];

impl Entry for Solution {
    type Table = entity::solution::Entity;
    const RESOURCE: &'static Resource = &catalog::SOLUTIONS;

    /// Loads all relations with four statements, independent of the number of rows.
    #[expect(clippy::too_many_lines, reason = "a line for each member")]
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let ids = ids(&rows, |row| row.id);
        let mut links = links(db, &[&THEMES, &PROJECTS, &PROVIDERS, &EXAMPLES, &PARTNERSHIPS], &ids).await?;
        let mut named = related(db, "solution_id", "other_id", &ids).await?;
        let mut naming = related(db, "other_id", "solution_id", &ids).await?;
        let mut places = places(db, SOLUTIONS.table, &ids).await?;
        let view = |row: Model| -> Result<Solution> {
            let mut solution = Solution {
                themes: links.take(&THEMES, row.id),
                projects: links.take(&PROJECTS, row.id),
                providers: links.take(&PROVIDERS, row.id),
                practice_examples: links.take(&EXAMPLES, row.id),
                learning_partnerships: links.take(&PARTNERSHIPS, row.id),
                lists: Lists::of(&SOLUTIONS, &row.slug, LISTS),
                related: named.remove(&row.id).unwrap_or_default(),
                related_from: naming.remove(&row.id).unwrap_or_default(),
                locations: places.remove(&row.id).unwrap_or_default(),
                adoption_count: row.adoption_count,
                freshness: freshness(row.last_confirmed_on),
                completeness: 0,
                gaps: vec![],
                discontinued: row.discontinued.map(read).transpose()?,
                spatial_scope: parse_terms(&row.spatial_scope)?,
                prerequisites: read(row.prerequisites)?,
                costs: row.costs.map(read).transpose()?,
                staffing: row.staffing.map(read).transpose()?,
                interfaces: read(row.interfaces)?,
                privacy: row.privacy.map(read).transpose()?,
                contacts: read(row.contacts)?,
                links: read(row.links)?,
                identifiers: read(row.identifiers)?,
                id: row.id,
                slug: row.slug,
                title: row.title,
                summary: row.summary,
                description: row.description,
                challenge: row.challenge,
                kind: row.kind,
                status: row.status,
                scaling_phase: row.scaling_phase,
                openness: row.openness,
                licence: row.licence,
                repository_url: row.repository_url,
                publiccode_url: row.publiccode_url,
                website: row.website,
                operator_model: row.operator_model,
                technologies: row.technologies,
                last_confirmed_on: row.last_confirmed_on,
                sources: row.sources,
                highlight: None,
                revision: row.revision,
                created_at: row.created_at,
                updated_at: row.updated_at,
            };
            let (completeness, gaps) = completeness(&json!(solution), WANTED);
            (solution.completeness, solution.gaps) = (completeness, gaps.into_iter().map(str::to_owned).collect());
            Ok(solution)
        };
        rows.into_iter().map(view).collect()
    }

    fn last_confirmed_on(&self) -> Option<NaiveDate> {
        self.last_confirmed_on
    }
}

/// Recommended members: what a municipality needs to know before it adopts a solution. The basis of `completeness`.
pub(super) const WANTED: &[&str] = &[
    "description",
    "challenge",
    "status",
    "scaling_phase",
    "openness",
    "licence",
    "spatial_scope",
    "providers",
    "prerequisites",
    "costs",
    "staffing",
    "operator_model",
    "technologies",
    "privacy",
    "contacts",
    "last_confirmed_on",
];

/// Returns the related solutions of each of the solutions. `own` is the column with the ID of the solution, `other` the
/// column with the ID of the related one.
async fn related(
    db: &impl ConnectionTrait,
    own: &str,
    other: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<RelatedSolution>>> {
    #[derive(FromQueryResult)]
    struct RelatedRow {
        owner: Uuid,
        relation: String,
        id: Uuid,
        slug: String,
        title: Text,
    }
    let text = format!(
        "select r.{own} as owner, r.relation, s.id, s.slug, s.title \
           from solution_relation r join solution s on s.id = r.{other} where r.{own} = any ($1) order by r.position, s.title_key, s.id"
    );
    let found = sql(&text, [ids.to_vec().into()]);
    let mut related: HashMap<Uuid, Vec<RelatedSolution>> = HashMap::new();
    for RelatedRow { owner, relation, id, slug, title } in RelatedRow::find_by_statement(found).all(db).await? {
        let relation: Vec<SolutionRelation> = parse_terms(&[relation])?;
        let solution = Link::new(SOLUTIONS.collection, id, slug, title);
        let all = related.entry(owner).or_default();
        all.extend(relation.into_iter().map(|relation| RelatedSolution { solution: solution.clone(), relation }));
    }
    Ok(related)
}

//! Database queries for the network.

use std::collections::HashMap;

use entity::Text;
use entity::vocabulary::EdgeKind;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use super::dto::{Edge, Network, NetworkQuery, Node};
use crate::base::db::sql;
use crate::base::error::Result;
use crate::base::public_url::public_path;
use crate::base::terms::{parse_terms, term_values};
use crate::model::catalog::{MUNICIPALITIES, PROJECTS, ResourceName, THEMES};
use crate::model::facet_value::FacetValue;
use crate::model::geo::Location;
use crate::query::facets::term;

/// Returns the network with two statements, and one for each filter that refers to entries.
pub(super) async fn network(db: &impl ConnectionTrait, query: &NetworkQuery) -> Result<Network> {
    let themes = THEMES.check(db, &query.theme).await?;
    let municipalities = MUNICIPALITIES.check(db, &query.municipality).await?;
    let ends = [municipalities, PROJECTS.check(db, &query.project).await?].concat();
    let edges = edges(db, query, themes, ends).await?;
    let mut degrees: HashMap<Uuid, usize> = HashMap::new();
    for end in edges.iter().flat_map(|edge| [edge.source, edge.target]) {
        *degrees.entry(end).or_default() += 1;
    }
    let mut kinds: HashMap<EdgeKind, i64> = HashMap::new();
    for edge in &edges {
        *kinds.entry(edge.kind).or_default() += 1;
    }
    Ok(Network { nodes: nodes(db, &degrees).await?, edges, kinds: facet_values(&kinds) })
}

/// Returns the kinds of edges with their counts, most frequent first.
fn facet_values(kinds: &HashMap<EdgeKind, i64>) -> Vec<FacetValue> {
    let facet_value = |(kind, count): (&EdgeKind, &i64)| {
        let value = term_values(&[*kind]).pop()?;
        Some(FacetValue { label: term::<EdgeKind>(&value)?, value, count: *count })
    };
    let mut facet_values: Vec<FacetValue> = kinds.iter().filter_map(facet_value).collect();
    facet_values.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    facet_values
}

/// Selects the edges that match the filters. An empty list of a filter matches every edge.
const EDGES: &str = "select e.kind, e.source_id as source, e.target_id as target, count(distinct h.id) as count, \
        array_agg(distinct h.collection || '/' || h.slug) as through \
   from network_edge e join search_hit h on h.id = e.through_id \
  where ($1 = '{}' or e.kind = any ($1)) \
    and ($2 = '{}' or h.themes && (select array_agg(t.slug) from theme t where t.id = any ($2))) \
    and ($3 = '{}' or exists (select from search_document n \
                              where n.entry_id in (e.source_id, e.target_id) and n.federal_states && $3)) \
    and ($4 = '{}' or e.source_id = any ($4) or e.target_id = any ($4)) \
  group by 1, 2, 3 order by 1, 2, 3";

async fn edges(
    db: &impl ConnectionTrait,
    query: &NetworkQuery,
    themes: Vec<Uuid>,
    ends: Vec<Uuid>,
) -> Result<Vec<Edge>> {
    #[derive(FromQueryResult)]
    struct EdgeRow {
        kind: String,
        source: Uuid,
        target: Uuid,
        count: i64,
        through: Vec<String>,
    }
    let filters: [Value; 4] =
        [term_values(&query.kind).into(), themes.into(), term_values(&query.federal_state).into(), ends.into()];
    let found = sql(EDGES, filters);
    let edge = |EdgeRow { kind, source, target, count, through }: EdgeRow| -> Result<Option<Edge>> {
        let kind = parse_terms(&[kind])?.pop();
        let through = through.iter().map(|entry| public_path(format_args!("/v1/{entry}"))).collect();
        Ok(kind.map(|kind| Edge { kind, source, target, count, through }))
    };
    EdgeRow::find_by_statement(found).all(db).await?.into_iter().filter_map(|found| edge(found).transpose()).collect()
}

async fn nodes(db: &impl ConnectionTrait, degrees: &HashMap<Uuid, usize>) -> Result<Vec<Node>> {
    #[derive(FromQueryResult)]
    struct NodeRow {
        id: Uuid,
        collection: String,
        slug: String,
        label: Text,
        federal_states: Vec<String>,
        lon: Option<f64>,
        lat: Option<f64>,
    }
    const SQL: &str = "select h.id, h.collection, h.slug, h.label, h.federal_states, coalesce(m.lon, p.lon) as lon, coalesce(m.lat, p.lat) as lat \
        from search_hit h left join municipality m on m.id = h.id left join project_place p on p.project_id = h.id \
        where h.id = any ($1) order by h.collection, h.slug collate \"C\"";
    let ids: Vec<Uuid> = degrees.keys().copied().collect();
    let found = sql(SQL, [ids.into()]);
    let node = |found: NodeRow| -> Result<Node> {
        let resource = ResourceName::stored(&found.collection)?;
        Ok(Node {
            href: resource.0.href(&found.slug),
            resource,
            degree: degrees.get(&found.id).copied().unwrap_or_default(),
            id: found.id,
            slug: found.slug,
            title: found.label,
            federal_states: parse_terms(&found.federal_states)?,
            location: Location::of(found.lon, found.lat),
        })
    };
    NodeRow::find_by_statement(found).all(db).await?.into_iter().map(node).collect()
}

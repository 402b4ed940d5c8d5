//! Database queries for the search across all resources.

use entity::Text;
use entity::search_hit::Model;
use entity::vocabulary::FederalState;
use sea_orm::ConnectionTrait;

use super::dto::{SearchFacet, SearchOrder, SearchQuery, SearchResult};
use crate::base::error::Result;
use crate::base::terms::parse_terms;
use crate::model::catalog::{self, ResourceName};
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::full_text::EVERYTHING;
use crate::query::full_text::highlight::excerpt;
use crate::query::keyset::SortKey;
use crate::query::list::ListPlan;
use crate::query::relations::Relation;

const THEMES: Relation = Relation::sorted("search_hit_theme", "search_hit_id", "theme_id", &catalog::THEMES);

pub(super) fn plan(query: &SearchQuery) -> ListPlan {
    ListPlan {
        filters: filters(query),
        default_order: SortKey::text("search_hit.label_key"),
        order: ListPlan::order(query.sort, order),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &SearchQuery) -> Filter {
    Filter::of_table(EVERYTHING)
        .text("collection", query.resource.iter().map(|name| name.0.collection.to_owned()).collect())
        .related(&THEMES, &query.theme)
        .in_states(&query.federal_state)
}

fn order(by: SearchOrder) -> Option<SortKey> {
    Some(match by {
        SearchOrder::Title => SortKey::text("search_hit.label_key"),
        SearchOrder::UpdatedAt => SortKey::time("search_hit.updated_at"),
        SearchOrder::Relevance => return None,
    })
}

facet_specs! {
    SearchFacet of SearchQuery;
    Resource => resource: Column("collection"), title;
    Theme => theme: Related(&THEMES), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

/// Returns the title of a resource.
fn title(collection: &str) -> Option<Text> {
    ResourceName::of_collection(collection).ok().map(|ResourceName(resource)| {
        let [de, en] = resource.title.map(str::to_owned);
        Text { de, en: Some(en) }
    })
}

/// Returns the representations of search results. Needs no further query.
pub(super) async fn views(_: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<SearchResult>> {
    let view = |row: Model| -> Result<SearchResult> {
        let resource = ResourceName::stored(&row.collection)?;
        Ok(SearchResult {
            href: resource.0.href(&row.slug),
            resource,
            id: row.id,
            slug: row.slug,
            snippet: excerpt(row.summary.as_ref().map_or(&row.label.de, |summary| &summary.de)),
            title: row.label,
            summary: row.summary,
            score: None,
            themes: row.themes,
            federal_states: parse_terms(&row.federal_states)?,
            updated_at: row.updated_at,
        })
    };
    rows.into_iter().map(view).collect()
}

//! Queries for publications: filters, sort orders, facets and relations.

use entity::publication::Model;
use entity::vocabulary::{FederalState, PublicationKind};
use sea_orm::ConnectionTrait;

use super::dto::{Publication, PublicationFacet, PublicationOrder, PublicationQuery};
use crate::base::error::Result;
use crate::model::catalog::{self, MUNICIPALITIES, PUBLICATIONS, Resource};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};

pub(super) const THEMES: Relation =
    Relation::ordered("publication_theme", "publication_id", "theme_id", &catalog::THEMES);
pub(super) const PROJECTS: Relation =
    Relation::ordered("publication_project", "publication_id", "project_id", &catalog::PROJECTS);
const MUNICIPALITIES_OF: Relation =
    Relation::sorted("publication_municipality", "publication_id", "municipality_id", &MUNICIPALITIES);

pub(super) fn plan(query: &PublicationQuery) -> ListPlan {
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, order),
        default_order: SortKey::integer("coalesce(publication.year, 0)").turned(true),
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &PublicationQuery) -> Filter {
    Filter::of(&PUBLICATIONS)
        .term("kind", &query.kind)
        .number("year", query.year.iter().map(|year| year.0).collect())
        .listed("publication_publisher", "publisher", query.publisher.clone())
        .text("language", query.language.clone())
        .related(&THEMES, &query.theme)
        .related(&PROJECTS, &query.project)
        .related(&MUNICIPALITIES_OF, &query.municipality)
        .in_states(&query.federal_state)
}

fn order(by: PublicationOrder) -> Option<SortKey> {
    Some(match by {
        PublicationOrder::Year => SortKey::integer("coalesce(publication.year, 0)"),
        PublicationOrder::Title => SortKey::text("publication.title_key"),
        PublicationOrder::CreatedAt => SortKey::time("publication.created_at"),
        PublicationOrder::UpdatedAt => SortKey::time("publication.updated_at"),
        PublicationOrder::Relevance => return None,
    })
}

facet_specs! {
    PublicationFacet of PublicationQuery;
    Kind => kind: Column("kind"), term::<PublicationKind>;
    Year => year: Column("year"), plain;
    Publisher => publisher: JoinTable("publication_publisher", "publisher"), plain;
    Language => language: Column("language"), plain;
    Theme => theme: Related(&THEMES), plain;
    Project => project: Related(&PROJECTS), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

impl Entry for Publication {
    type Table = entity::publication::Entity;
    const RESOURCE: &'static Resource = &catalog::PUBLICATIONS;

    /// Loads all relations with one statement, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let mut links = links(db, &[&THEMES, &PROJECTS], &ids(&rows, |row| row.id)).await?;
        let mut view = |row: Model| Publication {
            themes: links.take(&THEMES, row.id),
            projects: links.take(&PROJECTS, row.id),
            id: row.id,
            slug: row.slug,
            title: row.title,
            subtitle: row.subtitle,
            kind: row.kind,
            year: row.year,
            publishers: row.publishers,
            language: row.language,
            url: row.url,
            doi: row.doi,
            summary: row.summary,
            sources: row.sources,
            highlight: None,
            revision: row.revision,
            created_at: row.created_at,
            updated_at: row.updated_at,
        };
        Ok(rows.into_iter().map(&mut view).collect())
    }
}

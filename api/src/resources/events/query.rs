//! Queries for events: filters, sort orders, facets and relations.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::event::Model;
use entity::vocabulary::{EventKind, EventStatus, FederalState};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Expr;

use super::dto::{Event, EventFacet, EventOrder, EventQuery};
use crate::base::dates::today;
use crate::base::error::Result;
use crate::model::catalog::{self, EVENTS, MUNICIPALITIES, Resource};
use crate::model::geo::{Location, Near};
use crate::query::entry::Entry;
use crate::query::facets::{facet_specs, facets, plain, term, yes_or_no};
use crate::query::filter::Filter;
use crate::query::geo::{nearest, places};
use crate::query::keyset::SortKey;
use crate::query::list::{ListPlan, ids};
use crate::query::relations::{Relation, links};

pub(super) const THEMES: Relation = Relation::ordered("event_theme", "event_id", "theme_id", &catalog::THEMES);
pub(super) const PROJECTS: Relation = Relation::ordered("event_project", "event_id", "project_id", &catalog::PROJECTS);
const MUNICIPALITY: Relation = Relation::sorted("event_municipality", "event_id", "municipality_id", &MUNICIPALITIES);
const BODIES: Relation = Relation::sorted("event_body", "event_id", "municipality_id", &MUNICIPALITIES);

pub(super) fn plan(query: &EventQuery) -> ListPlan {
    let default_order =
        query.near.map_or(SortKey::text("coalesce(event.first_day, '')").turned(true), |near| nearest("event", near));
    ListPlan {
        filters: filters(query),
        order: ListPlan::order(query.sort, |by| order(by, query.near)),
        default_order,
        facets: facets(query, &query.facets, filters, facet_spec),
    }
}

fn filters(query: &EventQuery) -> Filter {
    let today = today().to_string();
    let years: Vec<String> = query.year.iter().map(|year| year.0.to_string()).collect();
    Filter::of(&EVENTS)
        .term("kind", &query.kind)
        .term("status", &query.status)
        .and((!years.is_empty()).then(|| Expr::cust_with_values("left(event.first_day, 4) = any ($1)", [years])))
        .during(query.from.as_ref(), query.to.as_ref())
        .compare("last_day >= $1", (query.upcoming == Some(true)).then(|| today.clone()))
        .compare("last_day < $1", (query.upcoming == Some(false)).then_some(today))
        .compare("online = $1", query.online)
        .compare("free = $1", query.free)
        .related(&THEMES, &query.theme)
        .related(&PROJECTS, &query.project)
        .related(&BODIES, &query.municipality)
        .official("event_body", &query.ags)
        .in_states(&query.federal_state)
        .within("event_place", query.bbox, query.near, query.radius_km)
}

fn order(by: EventOrder, near: Option<Near>) -> Option<SortKey> {
    Some(match by {
        EventOrder::StartsOn => SortKey::text("coalesce(event.first_day, '')"),
        EventOrder::Title => SortKey::text("event.title_key"),
        EventOrder::Number => SortKey::integer("coalesce(event.number, 0)"),
        EventOrder::Distance => return near.map(|near| nearest("event", near)),
        EventOrder::CreatedAt => SortKey::time("event.created_at"),
        EventOrder::UpdatedAt => SortKey::time("event.updated_at"),
        EventOrder::Relevance => return None,
    })
}

facet_specs! {
    EventFacet of EventQuery;
    Kind => kind: Column("kind"), term::<EventKind>;
    Status => status: Column("status"), term::<EventStatus>;
    Year => year: Column("left(first_day, 4)"), plain;
    Online => online: Column("online"), yes_or_no;
    Free => free: Column("free"), yes_or_no;
    Theme => theme: Related(&THEMES), plain;
    Project => project: Related(&PROJECTS), plain;
    FederalState => federal_state: Document("federal_states"), term::<FederalState>;
}

impl Entry for Event {
    type Table = entity::event::Entity;
    const RESOURCE: &'static Resource = &catalog::EVENTS;

    /// Loads all relations with two statements, independent of the number of rows.
    async fn load<C: ConnectionTrait>(db: &C, rows: Vec<Model>) -> Result<Vec<Self>> {
        let ids = ids(&rows, |row| row.id);
        let mut links = links(db, &[&THEMES, &PROJECTS, &MUNICIPALITY], &ids).await?;
        let mut places = places(db, "event", &ids).await?;
        let view = |row: Model| {
            let zone: Option<Tz> = row.time_zone.as_deref().and_then(|name| name.parse().ok());
            let local = |time: Option<DateTime<Utc>>| Some(time?.with_timezone(&zone?).fixed_offset());
            Event {
                themes: links.take(&THEMES, row.id),
                projects: links.take(&PROJECTS, row.id),
                municipality: links.take(&MUNICIPALITY, row.id).pop(),
                location: places.remove(&row.id).unwrap_or_default().pop(),
                own_location: Location::of(row.lon, row.lat),
                starts_at: local(row.starts_at),
                ends_at: local(row.ends_at),
                time_zone: zone,
                id: row.id,
                slug: row.slug,
                title: row.title,
                kind: row.kind,
                number: row.number,
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                venue: row.venue,
                address: row.address,
                city: row.city,
                online: row.online,
                registration_url: row.registration_url,
                free: row.free,
                status: row.status,
                summary: row.summary,
                sources: row.sources,
                highlight: None,
                revision: row.revision,
                created_at: row.created_at,
                updated_at: row.updated_at,
            }
        };
        Ok(rows.into_iter().map(view).collect())
    }
}

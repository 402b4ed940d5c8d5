//! Regional conferences, congresses, workshops and other meetings.

mod calendar;
mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::State;
use crate::error::Result;
use crate::format::{Feature, FeatureCollection, Record};
use crate::http::{EntryQuery, Key, ListQuery, Page, Paging, Usual, View};
use crate::import::{Files, Form};
use crate::listing;
use crate::resource::Resource;

use self::dto::{Event, EventQuery};
use self::input::EventInput;

const TAG: &str = "events";

pub(crate) const EVENTS: Resource = Resource {
    table: "event",
    collection: TAG,
    title: ["Veranstaltungen", "Events"],
    about: "Regional conferences, congresses, workshops and other meetings.",
    label: "t.title",
    key: "title_key",
    official: None,
    few: false,
    columns: Event::COLUMNS,
    routes,
    files: Files::of::<EventInput>(Some((Form::Json, include_str!("../../seed/events.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_events).service(get_event);
}

/// List events
///
/// Regional conferences, congresses, workshops and other meetings, the latest first.
#[utoipa::path(tag = TAG, params(Usual, EventQuery, Paging, View),
    responses((status = 200, description = "A page of events, or every match in the streamed forms", content(
        (Page<Event> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "text/calendar"), (String = "application/atom+xml")
    ))))]
#[get("/v1/events")]
async fn list_events(state: Data<State>, req: HttpRequest, list: ListQuery<EventQuery, Event>) -> Result<HttpResponse> {
    listing::list((state, req), list, query::plan, query::views).await
}

/// Read an event
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the event.", example = "regional-conference-23-konstanz"), View),
    responses((status = 200, description = "The event", content((Event = "application/json"), (Feature = "application/geo+json"), (String = "text/calendar")))))]
#[get("/v1/events/{key}")]
async fn get_event(state: Data<State>, req: HttpRequest, key: Key, entry: EntryQuery<Event>) -> Result<HttpResponse> {
    entry.reply(&req, &listing::entry(state.read()?, &EVENTS, &key, query::views).await?)
}

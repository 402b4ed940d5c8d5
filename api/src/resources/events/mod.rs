//! Regional conferences, congresses, workshops and other events.

mod calendar;
mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};

use self::dto::{Event, EventQuery};
use self::input::EventInput;
use crate::auth::{EventsWrite, Scope};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    BatchBody, EntryKey, EntryParams, Json, ListParams, ListQuery, NoBody, Page, Paging, Patch, Precondition, Public,
    RepresentationParams, Routes,
};
use crate::import::{Files, Form};
use crate::model::catalog::EVENTS;
use crate::query::entry::get_entry;
use crate::query::list;
use crate::query::representations::Builder;
use crate::resources::Registration;
use crate::write::{self, BatchQuery, WriteContext};

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &EVENTS,
    noun: "event",
    example: "regional-conference-23-konstanz",
    about: "Regional conferences, congresses, workshops and other events.",
    columns: Event::COLUMNS,
    scope: EventsWrite::NAME,
    routes,
    builder: Builder::of::<Event>(),
    files: Files::of::<EventInput>(Some((Form::Json, include_str!("../../../seed/events.json")))),
};

fn routes(routes: &mut Routes) {
    // Routes with fixed segments come first, because the routes with a parameter match the same paths.
    routes.service(create_event_batch);
    routes.service(list_events).service(get_event);
    routes.service(create_event).service(replace_event).service(update_event).service(delete_event);
}

/// List events
///
/// Returns regional conferences, congresses, workshops and other events. Sorted by start date by default, the latest
/// first.
#[utoipa::path(params(ListParams, EventQuery, Paging, RepresentationParams),
    responses((status = 200, description = "A page of events, or all matches in a streamed format", content(
        (Page<Event> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "text/calendar"), (String = "application/atom+xml")
    ))))]
#[get("/v1/events")]
async fn list_events(context: Data<Context>, req: HttpRequest, list: ListQuery<EventQuery, Event>) -> Result<Public> {
    list::list_entries(&context, &req, list, query::plan).await.map(Public)
}

/// Get an event
#[utoipa::path(params(RepresentationParams),
    responses((status = 200, description = "The event", content((Event = "application/json"), (Feature = "application/geo+json"), (String = "text/calendar")))))]
#[get("/v1/events/{key}")]
async fn get_event(
    context: Data<Context>,
    req: HttpRequest,
    key: EntryKey,
    entry: EntryParams<Event>,
) -> Result<Public> {
    get_entry(&context, &req, &key, entry).await
}

/// Create an event
#[utoipa::path]
#[post("/v1/events")]
async fn create_event(context: WriteContext<EventsWrite>, input: Json<EventInput>) -> Result<HttpResponse> {
    write::create(context, input).await
}

/// Create events in a batch
#[utoipa::path]
#[post("/v1/events/batch")]
async fn create_event_batch(
    context: WriteContext<EventsWrite, BatchQuery>,
    batch: BatchBody<EventInput>,
) -> Result<HttpResponse> {
    write::create_all(context, batch).await
}

/// Replace an event
#[utoipa::path]
#[put("/v1/events/{key}")]
async fn replace_event(
    context: WriteContext<EventsWrite>,
    key: EntryKey,
    precondition: Precondition,
    input: Json<EventInput>,
) -> Result<HttpResponse> {
    write::replace(context, key, precondition, input).await
}

/// Update an event
#[utoipa::path]
#[patch("/v1/events/{key}")]
async fn update_event(
    context: WriteContext<EventsWrite>,
    key: EntryKey,
    precondition: Precondition,
    patch: Patch<EventInput>,
) -> Result<HttpResponse> {
    write::change(context, key, precondition, patch).await
}

/// Delete an event
#[utoipa::path]
#[delete("/v1/events/{key}")]
async fn delete_event(
    context: WriteContext<EventsWrite>,
    key: EntryKey,
    precondition: Precondition,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, EventInput>(context, key, precondition).await
}

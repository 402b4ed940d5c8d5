//! Regional conferences, congresses, workshops and other meetings.

mod calendar;
mod dto;
mod input;
mod query;
mod store;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::auth::{EventsWrite, Scope, Scoped};
use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::http::format::{Feature, FeatureCollection, Record};
use crate::http::{
    Batch, EntryQuery, Held, Json, Key, ListQuery, NoBody, Page, Paging, Patch, QueryString, Usual, View,
};
use crate::import::{Files, Form};
use crate::model::catalog::EVENTS;
use crate::query::list;
use crate::resources::Registration;
use crate::write::{self, BatchAnswer, BatchQuery, Call};

use self::dto::{Event, EventQuery};
use self::input::EventInput;

const TAG: &str = "events";

pub(crate) const REGISTRATION: Registration = Registration {
    resource: &EVENTS,
    about: "Regional conferences, congresses, workshops and other meetings.",
    columns: Event::COLUMNS,
    scope: EventsWrite::NAME,
    routes,
    files: Files::of::<EventInput>(Some((Form::Json, include_str!("../../../seed/events.json")))),
};

fn routes(cfg: &mut ServiceConfig) {
    // A name of its own goes before any key.
    cfg.service(create_events);
    cfg.service(list_events).service(get_event);
    cfg.service(create_event).service(replace_event).service(change_event).service(delete_event);
}

/// List events
///
/// Regional conferences, congresses, workshops and other meetings, the latest first.
#[utoipa::path(tag = TAG, params(Usual, EventQuery, Paging, View),
    responses((status = 200, description = "A page of events, or every match in the streamed forms", content(
        (Page<Event> = "application/json"), (FeatureCollection = "application/geo+json"), (String = "text/csv"), (String = "application/x-ndjson"), (String = "text/calendar"), (String = "application/atom+xml")
    ))))]
#[get("/v1/events")]
async fn list_events(
    context: Data<Context>,
    req: HttpRequest,
    list: ListQuery<EventQuery, Event>,
) -> Result<HttpResponse> {
    list::list(&context, &req, list, query::plan, query::views).await
}

/// Read an event
#[utoipa::path(tag = TAG, params(("key" = String, Path, description = "Slug or id of the event.", example = "regional-conference-23-konstanz"), View),
    responses((status = 200, description = "The event", content((Event = "application/json"), (Feature = "application/geo+json"), (String = "text/calendar")))))]
#[get("/v1/events/{key}")]
async fn get_event(
    context: Data<Context>,
    req: HttpRequest,
    key: Key,
    entry: EntryQuery<Event>,
) -> Result<HttpResponse> {
    list::show(&context, &req, &EVENTS, &key, entry, query::views).await
}

/// Add an event
#[utoipa::path(tag = TAG, security(("token" = [EventsWrite::NAME])), responses((status = 201, description = "The event", body = Event)))]
#[post("/v1/events")]
async fn create_event(caller: Scoped<EventsWrite>, call: Call, input: Json<EventInput>) -> Result<HttpResponse> {
    write::create((caller.caller(), call), input, query::views).await
}

/// Add many events at once
#[utoipa::path(tag = TAG, security(("token" = [EventsWrite::NAME])), params(BatchQuery), request_body = Vec<EventInput>,
    responses((status = 200, description = "What became of each", body = BatchAnswer)))]
#[post("/v1/events/batch")]
async fn create_events(
    caller: Scoped<EventsWrite>,
    call: Call,
    query: QueryString<BatchQuery>,
    batch: Batch<EventInput>,
) -> Result<HttpResponse> {
    write::create_all((caller.caller(), call), query.0, batch).await
}

/// Replace an event
#[utoipa::path(tag = TAG, security(("token" = [EventsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the event.", example = "regional-conference-23-konstanz")),
    responses((status = 200, description = "The event", body = Event)))]
#[put("/v1/events/{key}")]
async fn replace_event(
    caller: Scoped<EventsWrite>,
    call: Call,
    key: Key,
    held: Held,
    input: Json<EventInput>,
) -> Result<HttpResponse> {
    write::replace((caller.caller(), call), (key, held), input, query::views).await
}

/// Change an event
#[utoipa::path(tag = TAG, security(("token" = [EventsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the event.", example = "regional-conference-23-konstanz")),
    request_body(content = EventInput, content_type = "application/merge-patch+json"), responses((status = 200, description = "The event", body = Event)))]
#[patch("/v1/events/{key}")]
async fn change_event(
    caller: Scoped<EventsWrite>,
    call: Call,
    key: Key,
    held: Held,
    patch: Patch<EventInput>,
) -> Result<HttpResponse> {
    write::change((caller.caller(), call), (key, held), patch, query::views).await
}

/// Delete an event
#[utoipa::path(tag = TAG, security(("token" = [EventsWrite::NAME])), params(("key" = String, Path, description = "Slug or id of the event.", example = "regional-conference-23-konstanz")), responses((status = 204, description = "It is deleted")))]
#[delete("/v1/events/{key}")]
async fn delete_event(
    caller: Scoped<EventsWrite>,
    call: Call,
    key: Key,
    held: Held,
    _: NoBody,
) -> Result<HttpResponse> {
    write::delete::<_, _, EventInput>((caller.caller(), call), (key, held), query::views).await
}

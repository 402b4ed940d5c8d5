//! The change feed: all changes of entries in order, for mirrors of the directory.

mod dto;
mod feed;
mod query;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use actix_web::web::Data;
use actix_web::{Either, HttpRequest, HttpResponse, get};
use tokio::time::Instant;

use self::dto::{Changes, ChangesQuery};
use crate::base::db::context::Context;
use crate::base::error::{Error, Result, Rule, StringFormat, Violation};
use crate::http::{Public, QueryString, Routes, is_stream, lasts_until, reply};

pub(crate) use self::dto::FeedChange;
pub(crate) use self::feed::Feed;
pub(crate) use self::query::{Concerning, concerning, feed_changes};

const TAG: &str = "history";

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) fn routes(routes: &mut Routes) {
    routes.service(list_changes).service(stream_changes);
}

/// List changes of the directory
///
/// Returns all changes of all entries, oldest first, in one total order without gaps. Public. To keep a mirror, start without
/// `after`, and pass the `next` of each page as `after` of the next request. With `wait`, the response is sent as soon as there
/// is a change. A page with large entries may have fewer changes than `limit`. With `Accept: text/event-stream`, the response
/// is that of `/v1/changes/stream`.
///
/// If `after` is greater than the newest `sequence`, the response is 410 `sequence-gone`, for example after the directory was
/// restored from an older backup. A mirror then reads all lists anew, and continues with the `head` of the problem as `after`.
#[utoipa::path(tag = TAG, params(ChangesQuery), responses((status = 200, description = "A page of changes", body = Changes)))]
#[get("/v1/changes")]
async fn list_changes(
    context: Data<Context>,
    feed: Data<Feed>,
    req: HttpRequest,
    QueryString(query): QueryString<ChangesQuery>,
) -> Result<Either<HttpResponse, Public>> {
    if is_stream(req.headers()) {
        return stream(context, feed, &req, query).await.map(Either::Left);
    }
    let wait = query.wait.map_or(0, |wait| wait.0.unsigned_abs());
    let page = awaited(&context, &feed, &query, Duration::from_secs(wait)).await?;
    reply("application/json", &*page).map(|response| Either::Right(Public(response)))
}

/// Stream changes of the directory
///
/// Returns a stream of server-sent events that starts after `after` or `Last-Event-ID`. Public. The ID of each event is the
/// `sequence` of its change, and its data is the change as JSON. The service closes a stream after some minutes; clients
/// reconnect automatically. If the stream would start after the newest `sequence`, the response is 410 `sequence-gone`, as for
/// `/v1/changes`.
#[utoipa::path(tag = TAG, params(ChangesQuery,
    ("Last-Event-ID" = Option<String>, Header, description = "ID of the last event received. Browsers send it automatically when they reconnect.", example = "12000")),
    responses((status = 200, description = "A stream of events", body = String, content_type = "text/event-stream")))]
#[get("/v1/changes/stream")]
async fn stream_changes(
    context: Data<Context>,
    feed: Data<Feed>,
    req: HttpRequest,
    QueryString(query): QueryString<ChangesQuery>,
) -> Result<HttpResponse> {
    stream(context, feed, &req, query).await
}

async fn stream(
    context: Data<Context>,
    feed: Data<Feed>,
    req: &HttpRequest,
    mut query: ChangesQuery,
) -> Result<HttpResponse> {
    if let Some(last) = req.headers().get(LAST_EVENT_ID) {
        let read = last.to_str().ok().and_then(|last| last.trim().to_owned().try_into().ok());
        let rule = Rule::Format { expected: StringFormat::EventId };
        let wrong = || Error::Header(vec![Violation::header("Last-Event-ID", rule)]);
        query.after = Some(read.ok_or_else(wrong)?);
    }
    stream::answer(context, feed, query, lasts_until(req)).await
}

/// Returns the first page with a change, or an empty page after the time to wait.
async fn awaited(context: &Context, feed: &Feed, query: &ChangesQuery, wait: Duration) -> Result<Arc<Changes>> {
    let until = Instant::now() + wait;
    loop {
        let news = context.version.subscribe();
        let page = feed.page(context, query).await?;
        if !page.items.is_empty() || context.version.is_stopping() || !news.until(until).await {
            return Ok(page);
        }
    }
}

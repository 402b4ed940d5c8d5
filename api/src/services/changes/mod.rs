//! The feed of changes: everything that becomes of the directory, in the order in which it does, for whoever keeps a mirror.

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
use utoipa_actix_web::service_config::ServiceConfig;

use self::dto::{Changes, ChangesQuery};
use crate::base::db::context::Context;
use crate::base::error::{Error, Result, Violation};
use crate::http::{Public, QueryString, is_stream, lasts_until, reply};

pub(crate) use self::dto::FeedChange;
pub(crate) use self::feed::Feed;
pub(crate) use self::query::{Concerning, concerning, told};

const TAG: &str = "history";

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_changes);
}

/// Follow the changes of the directory
///
/// Every change of every entry, oldest first, in one order without gaps. A page ends early where its entries are long. A mirror reads from the first on, keeps `next`, and
/// passes it as `after`; with `wait`, the answer comes as soon as there is a change. With `Accept: text/event-stream` the same
/// goes on as server-sent events, from `after` or `Last-Event-ID` on: each event has the `sequence` as its id. A stream
/// ends after some minutes, and clients come back by themselves.
#[utoipa::path(tag = TAG, params(ChangesQuery,
    ("Last-Event-ID" = Option<String>, Header, description = "The last event that was received; browsers send it by themselves.", example = "12000")),
    responses((status = 200, description = "The changes", content((Changes = "application/json"), (String = "text/event-stream")))))]
#[get("/v1/changes")]
async fn list_changes(
    context: Data<Context>,
    feed: Data<Feed>,
    req: HttpRequest,
    QueryString(mut query): QueryString<ChangesQuery>,
) -> Result<Either<HttpResponse, Public>> {
    if is_stream(req.headers()) {
        if let Some(last) = req.headers().get(LAST_EVENT_ID) {
            let read = last.to_str().ok().and_then(|last| last.trim().to_owned().try_into().ok());
            let detail = "must be the id of an event of this feed, a whole number";
            let wrong = || Error::Header(vec![Violation::header("Last-Event-ID", detail)]);
            query.after = Some(read.ok_or_else(wrong)?);
        }
        return stream::answer(context, feed, query, lasts_until(&req)).map(Either::Left);
    }
    let wait = query.wait.map_or(0, |wait| wait.0.unsigned_abs());
    let page = awaited(&context, &feed, &query, Duration::from_secs(wait)).await?;
    reply("application/json", &*page).map(|response| Either::Right(Public(response)))
}

/// A page that has something in it, if that comes within some time.
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

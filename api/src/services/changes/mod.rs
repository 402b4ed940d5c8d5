//! The feed of changes: everything that becomes of the directory, in the order in which it does, for whoever keeps a mirror.

mod dto;
mod query;
mod stream;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::HeaderName;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use anyhow::anyhow;
use moka::future::Cache;
use tokio::time::Instant;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::base::db::context::Context;
use crate::base::db::in_time;
use crate::base::error::{Error, Result, Violation};
use crate::http::{QueryString, is_stream, lasts_until, reply};

use self::dto::{Changes, ChangesQuery};

pub(crate) use self::dto::FeedChange;
pub(crate) use self::query::{Concerning, concerning, told};

const TAG: &str = "history";

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

pub(crate) fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list_changes);
}

/// Pages of the feed at the newest versions: many wait for the same, and it is read once.
pub(crate) struct Feed(Cache<(i64, String), (Arc<Changes>, i64)>);

impl Default for Feed {
    fn default() -> Self {
        // By the bytes of the entries, and what each change has besides.
        let weigh = |_: &(i64, String), (page, bytes): &(Arc<Changes>, i64)| {
            u32::try_from(*bytes)
                .unwrap_or(u32::MAX)
                .saturating_add(u32::try_from(512 * (page.items.len() + 8)).unwrap_or(u32::MAX))
        };
        Self(Cache::builder().weigher(weigh).max_capacity(16 << 20).time_to_idle(Duration::from_mins(1)).build())
    }
}

impl Feed {
    /// The page that a query asks for, as it is at the version this process knows.
    async fn page(&self, context: &Context, query: &ChangesQuery) -> Result<Arc<Changes>> {
        let after = query.after.map_or(0, |after| after.0);
        let limit = query.limit.map_or(100, |limit| limit.0);
        let mut tables: Vec<String> = query.resource.iter().map(|resource| resource.0.table.to_owned()).collect();
        tables.sort();
        let key = (context.version.version().number, format!("{after} {limit} {}", tables.join(" ")));
        let page = async {
            let page = in_time(query::after(context.read()?, (after, limit), &tables)).await;
            page.map(|(page, bytes)| (Arc::new(page), bytes))
        };
        // What failed for one is not tried again by all who waited for the same.
        let kept = self.0.try_get_with(key, page).await;
        kept.map(|(page, _)| page).map_err(|error| match (&*error, error.causes()) {
            (Error::Fault(_), causes) => Error::fault(anyhow!(causes.unwrap_or_default())),
            (_, causes) => Error::Unavailable(anyhow!(causes.unwrap_or_default())),
        })
    }
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
) -> Result<HttpResponse> {
    if is_stream(req.headers()) {
        if let Some(last) = req.headers().get(LAST_EVENT_ID) {
            let read = last.to_str().ok().and_then(|last| last.trim().to_owned().try_into().ok());
            let detail = "must be the id of an event of this feed, a whole number";
            let wrong = || Error::Header(vec![Violation::header("Last-Event-ID", detail)]);
            query.after = Some(read.ok_or_else(wrong)?);
        }
        return stream::answer(context, feed, query, lasts_until(&req));
    }
    let wait = query.wait.map_or(0, |wait| wait.0.unsigned_abs());
    let page = awaited(&context, &feed, &query, Duration::from_secs(wait)).await?;
    reply("application/json", &*page)
}

/// A page that has something in it, if that comes within some time.
async fn awaited(context: &Context, feed: &Feed, query: &ChangesQuery, wait: Duration) -> Result<Arc<Changes>> {
    let until = Instant::now() + wait;
    loop {
        let news = context.version.news();
        let page = feed.page(context, query).await?;
        if !page.items.is_empty() || context.version.is_stopping() || !news.until(until).await {
            return Ok(page);
        }
    }
}

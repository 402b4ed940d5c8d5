//! Response cache and `ETag` handling.
//!
//! The directory version is part of the key of a response, so a write invalidates all responses without clearing the
//! cache. The version is taken before the data is read. A write in between stores a newer response under an older
//! version, which does no harm: the next request uses the new version.
//!
//! The cache holds one response for each representation: the newest. So a response of an earlier version is still there while
//! the database is unavailable, and is then sent as stale.

mod middleware;
mod recall;
mod stored;
mod uncached;

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::header;
use chrono::NaiveDate;
use moka::future::Cache;
use moka::notification::RemovalCause;

use self::recall::KnownRequest;
use self::stored::Stored;
use super::format::Format;
use super::negotiate::weighted;
use super::request::Pairs;
use super::tag::ConditionalRequest;
use crate::base::dates;
use crate::base::db::version::Version;
use crate::base::metrics::{CacheCounters, CacheSize};

pub(crate) use self::middleware::cache_responses;
pub(crate) use self::recall::serve_cached;

/// Cached responses to GET.
pub(crate) struct ResponseCache {
    responses: Cache<ResponseKey, Arc<Stored>>,
    /// Keys of the newest responses.
    newest: Cache<Arc<str>, ResponseKey>,
    /// Requests as received whose responses were stored, to find a response before routing.
    known: Cache<String, KnownRequest>,
    counters: CacheCounters,
}

/// Key of a stored response.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ResponseKey {
    /// Directory version.
    version: i64,
    /// Day in Germany, which determines which entries are upcoming.
    day: NaiveDate,
    /// Path, canonical query, and the formats that `Accept` names.
    representation: Arc<str>,
}

impl ResponseKey {
    fn new(version: Version, representation: Arc<str>) -> Self {
        Self { version: version.number, day: dates::today(), representation }
    }
}

impl ResponseCache {
    /// Returns an empty cache that holds up to this size. Responses that are unused for an hour are dropped.
    pub(crate) fn new(mebibytes: u64, counters: CacheCounters) -> Self {
        const UNUSED: Duration = Duration::from_hours(1);
        // Twice the body, to account for its compressed copies.
        let weigh = |key: &ResponseKey, stored: &Arc<Stored>| {
            u32::try_from(2 * stored.body.len() + key.representation.len() + 512).unwrap_or(u32::MAX)
        };
        let evictions = counters.evictions.clone();
        let count = move |_: Arc<ResponseKey>, _: Arc<Stored>, cause: RemovalCause| {
            evictions.inc_by(u64::from(cause == RemovalCause::Size));
        };
        let responses = Cache::builder().max_capacity(mebibytes << 20).weigher(weigh).eviction_listener(count);
        let weigh = |request: &String, _: &KnownRequest| u32::try_from(request.len() + 256).unwrap_or(u32::MAX);
        let known = Cache::builder().max_capacity(mebibytes << 16).weigher(weigh);
        let weigh = |key: &Arc<str>, _: &ResponseKey| u32::try_from(key.len() + 256).unwrap_or(u32::MAX);
        let newest = Cache::builder().max_capacity(mebibytes << 16).weigher(weigh);
        Self {
            responses: responses.time_to_idle(UNUSED).build(),
            newest: newest.time_to_idle(UNUSED).build(),
            known: known.time_to_idle(UNUSED).build(),
            counters,
        }
    }

    /// Makes a stored response the newest of its representation, and drops the one before it. Does nothing if a response of a
    /// later version was stored in the meantime.
    async fn replace_newest(&self, key: ResponseKey) {
        if let Some(before) = self.newest.get(&key.representation).await.filter(|before| *before != key) {
            if before.version > key.version {
                return;
            }
            self.responses.invalidate(&before).await;
        }
        self.newest.insert(key.representation.clone(), key).await;
    }

    /// Returns the newest stored response to a request, which may be of an earlier version, as a response that may be stale.
    async fn stale(&self, representation: &Arc<str>, wanted: &ConditionalRequest) -> Option<HttpResponse> {
        let stored = self.responses.get(&self.newest.get(representation).await?).await?;
        self.counters.stale.inc();
        Some(stored.send_stale(wanted))
    }

    /// Returns the current size of the cache.
    pub(crate) async fn size(&self) -> CacheSize {
        // The cache updates its size late.
        self.responses.run_pending_tasks().await;
        CacheSize { responses: self.responses.entry_count(), bytes: self.responses.weighted_size() }
    }
}

/// Returns the part of the key that depends on the request only: the path, the canonical query, and the part of `Accept`
/// that names a format of this service. A request without `Accept` has another key than one whose `Accept` names no such
/// format.
fn representation(req: &ServiceRequest) -> Arc<str> {
    let asked = Pairs::parse(req.query_string()).canonical(&[]);
    let mut key = format!("{}?{asked}", req.path());
    let Some(ranges) = weighted(req.headers(), &header::ACCEPT) else { return key.into() };
    key.push('\n');
    let is_offered = |range: &str| range == "text/html" || Format::ALL.iter().any(|form| form.fits(range));
    for (range, weight) in ranges.iter().filter(|(range, _)| is_offered(range)) {
        key.extend([range.as_str(), if *weight > 0.0 { "," } else { "!" }]);
    }
    key.into()
}

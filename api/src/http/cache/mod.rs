//! Response cache and `ETag` handling.
//!
//! The directory version is part of the key of a response, so a write invalidates all responses without clearing the
//! cache. The version is taken before the data is read. A write in between stores a newer response under an older
//! version, which does no harm: the next request uses the new version.

mod middleware;
mod recall;
mod stored;
mod uncached;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

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
use crate::base::dates;
use crate::base::db::version::Version;
use crate::base::metrics::CacheGauges;

pub(crate) use self::middleware::cache_responses;
pub(crate) use self::recall::serve_cached;

/// Cached responses to GET.
pub(crate) struct ResponseCache {
    responses: Cache<ResponseKey, Arc<Stored>>,
    /// Requests as received whose responses were stored, to find a response before routing.
    known: Cache<String, KnownRequest>,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: Arc<AtomicU64>,
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
    pub(crate) fn new(mebibytes: u64) -> Self {
        const UNUSED: Duration = Duration::from_hours(1);
        // Twice the body, to account for its compressed copies.
        let weigh = |key: &ResponseKey, stored: &Arc<Stored>| {
            u32::try_from(2 * stored.body.len() + key.representation.len() + 512).unwrap_or(u32::MAX)
        };
        let evictions = Arc::new(AtomicU64::new(0));
        let evicted = evictions.clone();
        let count = move |_: Arc<ResponseKey>, _: Arc<Stored>, cause: RemovalCause| {
            evicted.fetch_add(u64::from(cause == RemovalCause::Size), Ordering::Relaxed);
        };
        let responses = Cache::builder().max_capacity(mebibytes << 20).weigher(weigh).eviction_listener(count);
        let weigh = |request: &String, _: &KnownRequest| u32::try_from(request.len() + 256).unwrap_or(u32::MAX);
        let known = Cache::builder().max_capacity(mebibytes << 16).weigher(weigh);
        Self {
            responses: responses.time_to_idle(UNUSED).build(),
            known: known.time_to_idle(UNUSED).build(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evictions,
        }
    }

    /// Returns the current numbers of the cache.
    pub(crate) async fn gauges(&self) -> CacheGauges {
        // The cache updates its numbers late.
        self.responses.run_pending_tasks().await;
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheGauges {
            responses: self.responses.entry_count(),
            bytes: self.responses.weighted_size(),
            hits: count(&self.hits),
            misses: count(&self.misses),
            evictions: count(&self.evictions),
        }
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

//! Response cache and `ETag` handling.
//!
//! The directory version is part of the cache key, so a write invalidates all entries without clearing the cache. The
//! version is taken before the data is read. A write in between stores a newer response under an older version, which
//! does no harm: the next request uses the new version.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use moka::future::Cache;

use super::coding::Coding;
use super::format::Format;
use super::negotiate::weighted;
use super::operations::Operations;
use super::reply::{LastModified, Revision, Sharing};
use super::request::Pairs;
use super::tag::{Wanted, changed, digest, of_revision, tag};
use crate::base::dates;
use crate::base::db::context::Context;
use crate::base::db::version::Version;
use crate::base::error::Error;
use crate::base::public_url::public_path;

/// Cached responses to GET, by directory version, path, query and representation format.
pub(crate) struct ResponseCache(Cache<(i64, String), Arc<Stored>>);

/// Smallest body that is compressed, in bytes.
const SHORT: usize = 1024;
/// Caches revalidate a stored response before each use, and may use it for a day while the service fails.
const CACHE_CONTROL: &str = "public, max-age=0, stale-if-error=86400";
/// Shared caches do not store the response.
const PRIVATE: &str = "private, max-age=0";
/// Headers that a 304 repeats. A cache replaces its stored headers by those of the 304, which would otherwise have the
/// default `Content-Security-Policy`.
const REPEATED: [HeaderName; 3] = [header::CONTENT_LOCATION, header::CONTENT_SECURITY_POLICY, header::LINK];

/// A stored response. Its body is compressed on first use.
struct Stored {
    headers: HeaderMap,
    tag: String,
    /// Time of the last change of the entry. `None` for responses that depend on several entries.
    modified: Option<SystemTime>,
    is_private: bool,
    body: Bytes,
    coded: [OnceLock<Bytes>; 3],
}

impl ResponseCache {
    /// Returns an empty cache that holds up to this size. Responses that are unused for an hour are dropped.
    pub(crate) fn new(mebibytes: u64) -> Self {
        // Twice the body, to account for its compressed copies.
        let weigh = |(_, key): &(i64, String), stored: &Arc<Stored>| {
            u32::try_from(2 * stored.body.len() + key.len() + 512).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(mebibytes << 20).weigher(weigh);
        Self(cache.time_to_idle(Duration::from_hours(1)).build())
    }

    /// Returns the number of stored responses.
    pub(crate) fn entries(&self) -> u64 {
        self.0.entry_count()
    }
}

/// Middleware: serves GET from the cache, adds entity tags, and responds with 304 where the client's copy is current.
pub(crate) async fn cache_responses(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (context, cache) = (req.app_data::<Data<Context>>().cloned(), req.app_data::<Data<ResponseCache>>().cloned());
    let Some((context, cache)) = context.zip(cache).filter(|_| req.method() == Method::GET) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let wanted = Wanted::of(req.headers());
    if Operations::is_long_poll(req.request()) || Operations::is_guarded(req.request()) {
        let response = next.call(req).await?.map_into_boxed_body();
        return Ok(uncached(response, &wanted, context.version.version()).await);
    }
    let version = context.version.version();
    let key = (version.number, key(&req));
    let work = RefCell::new(Some((req, next)));
    let outcome = RefCell::new(None);
    // Concurrent requests for the same response wait for the first of them.
    let made = cache.0.try_get_with(key, async {
        let Some((req, next)) = work.take() else { return Err(()) };
        let (made, stored) = match next.call(req).await {
            Ok(response) => store_if_public(response.map_into_boxed_body()).await,
            Err(error) => {
                outcome.replace(Some(Err(error)));
                return Err(());
            }
        };
        outcome.replace(Some(Ok(made)));
        stored.map(Arc::new).ok_or(())
    });
    let stored = made.await;
    match (stored, outcome.take(), work.take()) {
        (Ok(stored), Some(Ok(Made::Stored(request))), _) => {
            Ok(ServiceResponse::new(request, stored.send(&wanted, version)))
        }
        (Ok(stored), _, Some((req, _))) => Ok(req.into_response(stored.send(&wanted, version))),
        (_, Some(Ok(Made::Other(response))), _) => Ok(uncached(response, &wanted, version).await),
        (_, Some(Err(error)), _) => Err(error),
        // The response to the first request is not stored, so each waiting request calls the handler itself.
        (Err(_), _, Some((req, next))) => {
            Ok(uncached(next.call(req).await?.map_into_boxed_body(), &wanted, version).await)
        }
        _ => Err(Error::internal(anyhow::anyhow!("the response cache lost a request")).into()),
    }
}

/// Adds an entity tag to a response that is not stored.
async fn uncached(response: ServiceResponse<BoxBody>, wanted: &Wanted, version: Version) -> ServiceResponse<BoxBody> {
    let sharing = response.response().extensions().get::<Sharing>().cloned();
    let is_fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    match sharing {
        _ if response.status() != StatusCode::OK => response,
        Some(Sharing::OneRequest) if is_fixed && is_json(&response) => etag_only(response, wanted).await,
        Some(Sharing::OneRequest) | None => response,
        Some(_) if is_fixed => match read(response).await {
            Ok((request, stored)) => ServiceResponse::new(request, stored.send(wanted, version)),
            Err(failed) => failed,
        },
        Some(sharing) => streamed(response, wanted, version, &sharing),
    }
}

fn is_json(response: &ServiceResponse<BoxBody>) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json")
}

/// Adds the entity tag of the body to a response for one request. Responds with 304 if the client's copy is current.
async fn etag_only(response: ServiceResponse<BoxBody>, wanted: &Wanted) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let Ok(body) = to_bytes(body).await else { return unreadable(request) };
    let own = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
    let tag = own.unwrap_or_else(|| tag(&digest(&[&body]), Coding::Identity));
    let unchanged = wanted.holds(&tag);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    if unchanged {
        response.head_mut().status = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    let body = if unchanged { BoxBody::new(()) } else { BoxBody::new(body) };
    ServiceResponse::new(request, response.set_body(body))
}

/// The response of a handler: stored in the cache, or not.
enum Made {
    Stored(HttpRequest),
    Other(ServiceResponse<BoxBody>),
}

/// Returns the cache key: the path, the canonical query, the day, and the part of `Accept` that names a format of this
/// service. A request without `Accept` has another key than one whose `Accept` names no such format.
fn key(req: &ServiceRequest) -> String {
    let asked = Pairs::parse(req.query_string()).canonical(&[]);
    let mut key = format!("{}?{asked}\n{}", req.path(), dates::today());
    let Some(ranges) = weighted(req.headers(), &header::ACCEPT) else { return key };
    key.push('\n');
    let is_offered = |range: &str| range == "text/html" || Format::ALL.iter().any(|form| form.fits(range));
    for (range, weight) in ranges.iter().filter(|(range, _)| is_offered(range)) {
        key.extend([range.as_str(), if *weight > 0.0 { "," } else { "!" }]);
    }
    key
}

/// Reads a response to store it, if it is the same for every caller.
async fn store_if_public(response: ServiceResponse<BoxBody>) -> (Made, Option<Stored>) {
    let is_public = matches!(response.response().extensions().get::<Sharing>(), Some(Sharing::Public));
    let is_fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    if response.status() != StatusCode::OK || !is_fixed || !is_public {
        return (Made::Other(response), None);
    }
    match read(response).await {
        Ok((request, stored)) => (Made::Stored(request), Some(stored)),
        Err(failed) => (Made::Other(failed), None),
    }
}

/// Reads the body of a response and computes its entity tag.
async fn read(response: ServiceResponse<BoxBody>) -> Result<(HttpRequest, Stored), ServiceResponse<BoxBody>> {
    let (request, response) = response.into_parts();
    let revision = response.extensions().get::<Revision>().copied();
    let modified = response.extensions().get::<LastModified>().map(|LastModified(time)| *time);
    let sharing = response.extensions().get::<Sharing>().cloned();
    let is_private = matches!(sharing, Some(Sharing::PerCaller { is_private: true, .. }));
    let headers = response.headers().clone();
    let Ok(body) = to_bytes(response.into_body()).await else { return Err(unreadable(request)) };
    let digest = digest(&[&body]);
    let tag = revision.map_or_else(|| digest.clone(), |Revision(revision)| of_revision(revision, &digest));
    Ok((request, Stored { headers, tag, modified, is_private, body, coded: Default::default() }))
}

fn unreadable(request: HttpRequest) -> ServiceResponse<BoxBody> {
    let failed = HttpResponse::from_error(Error::internal(anyhow::anyhow!("the body of a response could not be read")));
    ServiceResponse::new(request, failed)
}

impl Stored {
    fn send(&self, wanted: &Wanted, version: Version) -> HttpResponse {
        let coding = if self.body.len() < SHORT { Coding::Identity } else { wanted.coding };
        let tag = tag(&self.tag, coding);
        // The representation also changes with the entries that it links to, so `If-Modified-Since` is compared with the last
        // change of the directory.
        let unchanged = wanted.has(&tag, changed(version));
        let mut response = HttpResponse::new(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        for (name, value) in &self.headers {
            if !unchanged || REPEATED.contains(name) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        describe(response.headers_mut(), &tag, self.modified.unwrap_or_else(|| changed(version)), self.is_private);
        if unchanged {
            return response;
        }
        match self.coded(coding) {
            Some(body) => {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
                response.set_body(BoxBody::new(body))
            }
            None => response.set_body(BoxBody::new(self.body.clone())),
        }
    }

    /// Returns the body in a content coding, compressed on first use. Returns `None` for `Identity` and on failure.
    fn coded(&self, coding: Coding) -> Option<Bytes> {
        let [brotli, zstd, gzip] = &self.coded;
        let place = match coding {
            Coding::Identity => return None,
            Coding::Brotli => brotli,
            Coding::Zstd => zstd,
            Coding::Gzip => gzip,
        };
        let made = place.get_or_init(|| coding.encode(&self.body).map_or_else(|_| Bytes::new(), Bytes::from));
        (!made.is_empty()).then(|| made.clone())
    }
}

fn describe(headers: &mut HeaderMap, tag: &str, modified: SystemTime, private: bool) {
    let date = httpdate::fmt_http_date(modified);
    let values = [
        (header::ETAG, HeaderValue::from_str(tag)),
        (header::LAST_MODIFIED, HeaderValue::from_str(&date)),
        (header::CACHE_CONTROL, Ok(HeaderValue::from_static(if private { PRIVATE } else { CACHE_CONTROL }))),
        (header::VARY, Ok(HeaderValue::from_static("Accept, Accept-Encoding"))),
    ];
    for (name, value) in values {
        if let Ok(value) = value {
            headers.insert(name, value);
        }
    }
}

/// Adds an entity tag to a streamed response. A stream has no digest before it ends, so the tag is computed from the
/// directory version, the day, the path, the query, the format and the visibility.
fn streamed(
    response: ServiceResponse<BoxBody>,
    wanted: &Wanted,
    version: Version,
    sharing: &Sharing,
) -> ServiceResponse<BoxBody> {
    let header = |name| response.headers().get(name).map_or(&b""[..], |value: &HeaderValue| value.as_bytes());
    let (visibility, is_private) = match sharing {
        Sharing::Public | Sharing::OneRequest => ("", false),
        Sharing::PerCaller { visibility, is_private } => (*visibility, *is_private),
    };
    let form = header(header::CONTENT_TYPE);
    let asked = Pairs::parse(response.request().query_string()).canonical(&["format"]);
    let changed_at = version.changed_at.timestamp_micros();
    let state = format!("{} {changed_at} {}{visibility}", version.number, dates::today());
    let path = public_path(response.request().path());
    let base = digest(&[path.as_bytes(), b"?", asked.as_bytes(), form, state.as_bytes()]);
    let coding = if header(header::CONTENT_ENCODING).is_empty() { Coding::Identity } else { wanted.coding };
    let tag = tag(&base, coding);
    if wanted.has(&tag, changed(version)) {
        let mut unchanged = HttpResponse::new(StatusCode::NOT_MODIFIED);
        for (name, value) in response.headers().iter().filter(|(name, _)| REPEATED.contains(name)) {
            unchanged.headers_mut().append(name.clone(), value.clone());
        }
        describe(unchanged.headers_mut(), &tag, changed(version), is_private);
        return response.into_response(unchanged);
    }
    let mut response = response;
    describe(response.headers_mut(), &tag, changed(version), is_private);
    response
}

//! Tags and memory: what a reader has is not sent again, what was made is not made again until something changes.
//!
//! An answer is kept under the directory version it was made at, so a change needs to clear nothing: nobody asks for the
//! old version again. The version is taken before the data is read; a change in between stores a newer answer under an
//! older version, which does no harm.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody, to_bytes};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use bytes::Bytes;
use moka::future::Cache;

use super::coding::Coding;
use super::format::Format;
use super::negotiate::{is_long_poll, weighted};
use super::reply::{Private, Revision};
use super::request::Pairs;
use super::tag::{Wanted, changed, digest, of_revision, tag};
use crate::auth::Caller;
use crate::base::dates;
use crate::base::db::context::Context;
use crate::base::db::version::Version;
use crate::base::error::Error;

/// Answers to reads, by directory version, address and form.
pub(crate) struct ResponseCache(Cache<(i64, String), Arc<Kept>>);

/// Shorter bodies are not worth a coding.
const SHORT: usize = 1024;
/// Whoever has an answer asks whether it still holds; when we do not answer, it may be used for a day.
const CACHE_CONTROL: &str = "public, max-age=0, stale-if-error=86400";
/// What is shown to some alone no cache keeps for others.
const PRIVATE: &str = "private, max-age=0";
/// An answer, in each coding once somebody asked for it.
struct Kept {
    headers: HeaderMap,
    tag: String,
    private: bool,
    body: Bytes,
    coded: [OnceLock<Bytes>; 3],
}

impl ResponseCache {
    pub(crate) fn new(mebibytes: u64) -> Self {
        // Twice the body, for its codings.
        let weigh = |(_, key): &(i64, String), kept: &Arc<Kept>| {
            u32::try_from(2 * kept.body.len() + key.len() + 512).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(mebibytes << 20).weigher(weigh);
        Self(cache.time_to_idle(Duration::from_hours(1)).build())
    }

    pub(crate) fn entries(&self) -> u64 {
        self.0.entry_count()
    }
}

/// Middleware: answers GET from memory, tags what is sent, and sends nothing that the client holds.
pub(crate) async fn cache_responses(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let (context, memory) = (req.app_data::<Data<Context>>().cloned(), req.app_data::<Data<ResponseCache>>().cloned());
    let Some((context, memory)) = context.zip(memory).filter(|_| req.method() == Method::GET) else {
        return Ok(next.call(req).await?.map_into_boxed_body());
    };
    let wanted = Wanted::of(req.headers());
    let version = context.version.version();
    if is_long_poll(&req) {
        return Ok(uncached(next.call(req).await?.map_into_boxed_body(), &wanted, &context).await);
    }
    let key = (version.number, key(&req));
    let work = RefCell::new(Some((req, next)));
    let outcome = RefCell::new(None);
    let made = memory.0.try_get_with(key, async {
        let Some((req, next)) = work.take() else { return Err(()) };
        let (request, kept) = match next.call(req).await {
            Ok(response) => keep(response.map_into_boxed_body()).await,
            Err(error) => {
                outcome.replace(Some(Err(error)));
                return Err(());
            }
        };
        outcome.replace(Some(Ok(request)));
        kept.map(Arc::new).ok_or(())
    });
    let kept = made.await;
    match (kept, outcome.take(), work.take()) {
        (Ok(kept), Some(Ok(Made::Kept(request))), _) => Ok(ServiceResponse::new(request, kept.send(&wanted, version))),
        (Ok(kept), _, Some((req, _))) => Ok(req.into_response(kept.send(&wanted, version))),
        (_, Some(Ok(Made::Other(response))), _) => Ok(passthrough(response, &wanted, version).await),
        (_, Some(Err(error)), _) => Err(error),
        // Somebody else asked for the same and could not be answered; each hears it for itself.
        (Err(_), _, Some((req, next))) => {
            Ok(passthrough(next.call(req).await?.map_into_boxed_body(), &wanted, version).await)
        }
        _ => Err(Error::internal(anyhow::anyhow!("an answer was made for nobody")).into()),
    }
}

/// Tags an answer that was waited for, and keeps it for nobody else.
async fn uncached(response: ServiceResponse<BoxBody>, wanted: &Wanted, context: &Context) -> ServiceResponse<BoxBody> {
    let version = context.version.version();
    match keep(response).await {
        (Made::Kept(request), Some(kept)) => ServiceResponse::new(request, kept.send(wanted, version)),
        (Made::Kept(request), None) => ServiceResponse::new(request, HttpResponse::InternalServerError().finish()),
        (Made::Other(response), _) => passthrough(response, wanted, version).await,
    }
}

/// Tags an answer that is not kept.
async fn passthrough(
    response: ServiceResponse<BoxBody>,
    wanted: &Wanted,
    version: Version,
) -> ServiceResponse<BoxBody> {
    let fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    let passing = response.headers().contains_key(header::CACHE_CONTROL);
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json");
    if response.status() == StatusCode::OK && fixed && passing && is_json {
        return etag_only(response, wanted).await;
    }
    streamed(response, wanted, version)
}

/// What is for now, and for who asks alone, is not sent again to who has it.
async fn etag_only(response: ServiceResponse<BoxBody>, wanted: &Wanted) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let (mut response, body) = response.into_parts();
    let Ok(body) = to_bytes(body).await else {
        let failed = HttpResponse::from_error(Error::internal(anyhow::anyhow!("the answer could not be read back")));
        return ServiceResponse::new(request, failed);
    };
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

/// What became of a request that went on to its handler.
enum Made {
    Kept(HttpRequest),
    Other(ServiceResponse<BoxBody>),
}

/// Path, query in one order, the day, and of `Accept` what we could send; to send none of it is something else than to send all.
fn key(req: &ServiceRequest) -> String {
    let sight = sight(req.request());
    let asked = Pairs::parse(req.query_string()).canonical(&[]);
    let mut key = format!("{}?{asked}\n{}{sight}", req.path(), dates::today());
    let Some(ranges) = weighted(req.headers(), &header::ACCEPT) else { return key };
    key.push('\n');
    for (range, weight) in ranges.iter().filter(|(range, _)| Format::ALL.iter().any(|form| form.fits(range))) {
        key.extend([range.as_str(), if *weight > 0.0 { "," } else { "!" }]);
    }
    key
}

/// What tells apart who is shown more from who is shown less: what became of entries some see alone, by their rights.
fn sight(req: &HttpRequest) -> String {
    let records = req.path().contains("/history") || req.path() == "/v1/audit";
    let extensions = req.extensions();
    extensions
        .get::<Caller>()
        .filter(|_| records)
        .map_or_else(String::new, |caller| format!("{:?} {}", caller.scopes, caller.audits()))
}

/// Takes an answer that will hold until something changes.
async fn keep(response: ServiceResponse<BoxBody>) -> (Made, Option<Kept>) {
    let fixed = matches!(response.response().body().size(), BodySize::Sized(_));
    let passing = response.headers().contains_key(header::CACHE_CONTROL);
    if response.status() != StatusCode::OK || !fixed || passing {
        return (Made::Other(response), None);
    }
    let (request, response) = response.into_parts();
    let revision = response.extensions().get::<Revision>().copied();
    let private = response.extensions().contains::<Private>();
    let headers = response.headers().clone();
    let Ok(body) = to_bytes(response.into_body()).await else {
        let failed = HttpResponse::from_error(Error::internal(anyhow::anyhow!("the answer could not be read back")));
        return (Made::Other(ServiceResponse::new(request, failed)), None);
    };
    let digest = digest(&[&body]);
    let tag = revision.map_or_else(|| digest.clone(), |Revision(revision)| of_revision(revision, &digest));
    (Made::Kept(request), Some(Kept { headers, tag, private, body, coded: Default::default() }))
}

impl Kept {
    fn send(&self, wanted: &Wanted, version: Version) -> HttpResponse {
        let coding = if self.body.len() < SHORT { Coding::Identity } else { wanted.coding };
        let tag = tag(&self.tag, coding);
        let unchanged = wanted.has(&tag, changed(version));
        let mut response = HttpResponse::new(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        for (name, value) in &self.headers {
            if !unchanged || name == header::LINK {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        describe(response.headers_mut(), &tag, version, self.private);
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

    /// The body in a coding, made once.
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

/// What a cache needs to know of an answer.
fn describe(headers: &mut HeaderMap, tag: &str, version: Version, private: bool) {
    let date = httpdate::fmt_http_date(changed(version));
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

/// A stream has no digest beforehand: it is the same as long as version, address and form are.
fn streamed(response: ServiceResponse<BoxBody>, wanted: &Wanted, version: Version) -> ServiceResponse<BoxBody> {
    let stream = matches!(response.response().body().size(), BodySize::Stream);
    if response.status() != StatusCode::OK || !stream || response.headers().contains_key(header::CACHE_CONTROL) {
        return response;
    }
    let header = |name| response.headers().get(name).map_or(&b""[..], |value: &HeaderValue| value.as_bytes());
    let private = response.response().extensions().contains::<Private>();
    let form = header(header::CONTENT_TYPE);
    let asked = Pairs::parse(response.request().query_string()).canonical(&["format"]);
    let sight = sight(response.request());
    let state = format!("{} {} {}{sight}", version.number, version.changed_at.timestamp_micros(), dates::today());
    let base = digest(&[response.request().path().as_bytes(), b"?", asked.as_bytes(), form, state.as_bytes()]);
    let coding = if header(header::CONTENT_ENCODING).is_empty() { Coding::Identity } else { wanted.coding };
    let tag = tag(&base, coding);
    if wanted.has(&tag, changed(version)) {
        let mut unchanged = HttpResponse::new(StatusCode::NOT_MODIFIED);
        describe(unchanged.headers_mut(), &tag, version, private);
        return response.into_response(unchanged);
    }
    let mut response = response;
    describe(response.headers_mut(), &tag, version, private);
    response
}

//! Stored responses.

use std::sync::OnceLock;
use std::time::{Instant, SystemTime};

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;

use crate::base::db::version::Version;
use crate::base::error::Error;
use crate::http::coding::Coding;
use crate::http::reply::{LastModified, Revision, Sharing};
use crate::http::tag::{ConditionalRequest, changed, digest, of_revision, tag};

/// Smallest body that is compressed, in bytes.
const SHORT: usize = 1024;
/// Caches revalidate a stored response before each use, and may use it for a day while the service fails.
const CACHE_CONTROL: &str = "public, max-age=0, stale-if-error=86400";
/// Shared caches do not store the response.
const PRIVATE: &str = "private, max-age=0";
/// Headers that a 304 repeats. A cache replaces its stored headers by those of the 304, which would otherwise have the
/// default `Content-Security-Policy`.
pub(super) const REPEATED: [HeaderName; 6] = [
    header::CACHE_CONTROL,
    header::CONTENT_LOCATION,
    header::CONTENT_SECURITY_POLICY,
    header::LAST_MODIFIED,
    header::LINK,
    header::VARY,
];

/// A response that can be sent more than once. Its body is compressed on first use.
pub(super) struct Stored {
    /// Headers of the response, without those of a content coding.
    headers: HeaderMap,
    /// Base of the entity tag.
    tag: String,
    /// Time of the last change of the directory.
    changed: SystemTime,
    /// Time at which the response was read.
    read_at: Instant,
    pub body: Bytes,
    coded: [OnceLock<Bytes>; 3],
}

impl Stored {
    /// Reads the body of a response to a request at this directory version, and computes its entity tag. Fails with the
    /// response to send instead if the body cannot be read.
    pub(super) async fn read(
        response: ServiceResponse<BoxBody>,
        version: Version,
    ) -> Result<(HttpRequest, Self), ServiceResponse<BoxBody>> {
        let (request, response) = response.into_parts();
        let revision = response.extensions().get::<Revision>().copied();
        // None for responses that depend on several entries.
        let modified = response.extensions().get::<LastModified>().map(|LastModified(time)| *time);
        let sharing = response.extensions().get::<Sharing>().cloned();
        let is_private = matches!(sharing, Some(Sharing::PerCaller { is_private: true, .. }));
        let mut headers = response.headers().clone();
        let Ok(body) = to_bytes(response.into_body()).await else { return Err(unreadable(request)) };
        let digest = digest(&[&body]);
        let tag = revision.map_or_else(|| digest.clone(), |Revision(revision)| of_revision(revision, &digest));
        let changed = changed(version);
        describe(&mut headers, modified.unwrap_or(changed), is_private);
        Ok((request, Self { headers, tag, changed, body, read_at: Instant::now(), coded: Default::default() }))
    }

    /// Returns the response to a request: 304 if the client's copy is current.
    pub(super) fn send(&self, wanted: &ConditionalRequest) -> HttpResponse {
        let coding = if self.body.len() < SHORT { Coding::Identity } else { wanted.coding };
        let tag = tag(&self.tag, coding);
        // The representation also changes with the entries that it links to, so `If-Modified-Since` is compared with the last
        // change of the directory.
        let unchanged = wanted.has(&tag, self.changed);
        let mut response = HttpResponse::new(if unchanged { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
        for (name, value) in &self.headers {
            if !unchanged || REPEATED.contains(name) {
                response.headers_mut().append(name.clone(), value.clone());
            }
        }
        set_tag(response.headers_mut(), &tag);
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

    /// Returns the response while the database is unavailable. It may be stale, so it has an `Age` and the `Cache-Status` of a stale
    /// response (RFC 9211).
    pub(super) fn send_stale(&self, wanted: &ConditionalRequest) -> HttpResponse {
        let age = self.read_at.elapsed().as_secs();
        let mut response = self.send(wanted);
        response.headers_mut().insert(header::AGE, age.into());
        if let Ok(status) = format!("Transferatlas; hit; ttl=-{age}").parse() {
            response.headers_mut().insert(header::CACHE_STATUS, status);
        }
        response
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

pub(super) fn unreadable(request: HttpRequest) -> ServiceResponse<BoxBody> {
    let failed = HttpResponse::from_error(Error::internal(anyhow::anyhow!("the body of a response could not be read")));
    ServiceResponse::new(request, failed)
}

/// Adds the headers for caches, except the entity tag.
pub(super) fn describe(headers: &mut HeaderMap, modified: SystemTime, is_private: bool) {
    if let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(modified)) {
        headers.insert(header::LAST_MODIFIED, date);
    }
    let sharing = if is_private { PRIVATE } else { CACHE_CONTROL };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(sharing));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
}

/// Sets the entity tag.
pub(super) fn set_tag(headers: &mut HeaderMap, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
    }
}

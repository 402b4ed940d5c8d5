//! Headers of every response.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Header with the version of the service, which is also `info.version` of the OpenAPI document.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");
/// Header with the ID of the request, as in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Response headers that browsers expose to pages of other origins.
const EXPOSED: &str = "API-Version, Content-Disposition, Content-Language, Content-Location, Deprecation, ETag, Idempotent-Replayed, Last-Modified, Link, Location, Preference-Applied, Retry-After, Sunset, \
                       WWW-Authenticate, X-Request-Id, RateLimit, RateLimit-Policy, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset";

/// Sets the headers of every response. `id` is that of the request.
pub(super) fn set_common(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let mut always = |name, value| headers.insert(name, HeaderValue::from_static(value));
    always(API_VERSION, env!("CARGO_PKG_VERSION"));
    always(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    always(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    always(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    always(header::REFERRER_POLICY, "no-referrer");
    let mut unless_set = |name, value| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    unless_set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'");
    unless_set(header::CACHE_CONTROL, "no-store");
}

//! Deprecation of operations.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue, LINK};
use actix_web::middleware::Next;
use actix_web::web::Data;
use chrono::{DateTime, Utc};

use super::route::Route;
use crate::base::public_url::public_path;

pub(super) const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// A path whose operations are deprecated.
#[derive(Clone, Debug)]
pub(crate) struct Deprecation {
    /// Path in the document.
    pub path: &'static str,
    /// Time from which the operations are deprecated.
    pub since: DateTime<Utc>,
    /// Time from which the operations may be gone. `None` until their removal is scheduled.
    pub sunset: Option<DateTime<Utc>>,
    /// Path of the replacement.
    pub successor: &'static str,
}

/// All deprecated paths.
pub(crate) struct Deprecations(pub &'static [Deprecation]);

impl Deprecations {
    /// Returns the deprecation of a path of the document.
    pub(crate) fn of(&self, path: &str) -> Option<&Deprecation> {
        self.0.iter().find(|deprecation| deprecation.path == path)
    }
}

/// Middleware: announces the deprecation of the operation in its responses.
pub(crate) async fn announce_deprecation(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let all = req.app_data::<Data<Deprecations>>().filter(|all| !all.0.is_empty());
    let deprecation = all.and_then(|all| all.of(&Route::of(req.request())?).cloned());
    let mut response = next.call(req).await?;
    if let Some(deprecation) = deprecation {
        deprecation.announce(response.headers_mut());
    }
    Ok(response)
}

impl Deprecation {
    /// Adds `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and the link to the replacement.
    fn announce(&self, headers: &mut HeaderMap) {
        let since = format!("@{}", self.since.timestamp());
        let sunset = self.sunset.map(|time| httpdate::fmt_http_date(time.into()));
        let successor = format!(
            "<{}>; rel=\"successor-version\", <{}>; rel=\"deprecation\"",
            public_path(self.successor),
            public_path("/terms#lifecycle")
        );
        for (name, value) in [(DEPRECATION, Some(since)), (SUNSET, sunset), (LINK, Some(successor))] {
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.append(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deprecation_is_announced_in_headers() {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).unwrap().to_utc();
        let deprecation = Deprecation {
            path: "/v1/old",
            since: time("2027-01-01T00:00:00Z"),
            sunset: Some(time("2028-01-01T00:00:00Z")),
            successor: "/v1/new",
        };
        let mut headers = HeaderMap::new();
        headers.append(LINK, HeaderValue::from_static("</v1/old?cursor=x>; rel=\"next\""));

        deprecation.announce(&mut headers);

        assert_eq!(headers.get(DEPRECATION).unwrap(), "@1798761600");
        assert_eq!(headers.get(SUNSET).unwrap(), "Sat, 01 Jan 2028 00:00:00 GMT");
        let links: Vec<_> = headers.get_all(LINK).collect();
        assert_eq!(links.len(), 2, "links of the response stay");
        assert!(links[1].to_str().unwrap().starts_with("</v1/new>; rel=\"successor-version\""));
    }
}

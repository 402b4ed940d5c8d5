//! Redirects to entries whose slug has changed.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::header::{HeaderValue, LOCATION};
use actix_web::middleware::Next;

use crate::base::error::Error;
use crate::base::public_url::public_path;

/// Middleware: adds `Location` to a redirect to an entry. The rest of the path after the key and the query are kept.
pub(crate) async fn complete_redirects(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let uri = req.uri().clone();
    let mut response = next.call(req).await?;
    let error = response.response().error().and_then(|error| error.as_error::<Error>());
    if let Some(Error::PermanentRedirect { slug }) = error
        && let Some(location) = location(&uri, slug)
    {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// Returns the URL of a request with the key in `/v1/{collection}/{key}…` replaced by a slug.
fn location(uri: &Uri, slug: &str) -> Option<HeaderValue> {
    let mut parts = uri.path().splitn(5, '/').skip(1);
    let (version, collection, _, rest) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let rest = rest.map(|rest| format!("/{rest}")).unwrap_or_default();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    HeaderValue::from_str(&public_path(format_args!("/{version}/{collection}/{slug}{rest}{query}"))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_keeps_the_rest_of_the_path_and_the_query() {
        for (before, after) in [
            ("/v1/projects/old", "/v1/projects/new"),
            ("/v1/projects/old?fields=slug", "/v1/projects/new?fields=slug"),
            ("/v1/projects/old/history/3/patch?from=1", "/v1/projects/new/history/3/patch?from=1"),
            ("/v1/old/old/old", "/v1/old/new/old"),
        ] {
            assert_eq!(location(&Uri::from_static(before), "new").unwrap(), after);
        }
    }
}

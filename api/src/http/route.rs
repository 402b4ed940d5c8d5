//! The route of a request, and the rewriting of paths: removal of the prefix of the public URL and of the name of a format
//! at the end.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Uri};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};

use super::format::Format;
use crate::base::error::{Error, Result};
use crate::base::public_url::prefix;

/// Path pattern of a request, as in the OpenAPI document.
#[derive(Clone)]
pub(super) struct Route(Arc<str>);

/// Path pattern that a request is counted under: that of its URL as received, with the name of a format at the end. The
/// outermost middleware adds it to the request while it is unknown, and keeps a copy, because an error has no request.
#[derive(Clone, Default)]
pub(super) struct CountedRoute(Rc<OnceCell<Arc<str>>>);

impl CountedRoute {
    /// Returns the path pattern. Returns `None` if the request matches no route.
    pub(super) fn pattern(&self) -> Option<&str> {
        self.0.get().map(|pattern| &**pattern)
    }
}

impl Route {
    /// Finds the route of a request by its path, and stores it in the extensions of the request. Later middleware rewrites
    /// the path.
    pub(super) fn find(req: &ServiceRequest) {
        let pattern = |path: &str| req.resource_map().match_pattern(path);
        let pattern = match split(req.path()) {
            Some((path, format)) => pattern(path).map(|pattern| format!("{pattern}.{}", format.name())),
            None => pattern(req.path()),
        };
        if let Some(pattern) = pattern {
            // The document has no regular expressions in path parameters.
            Self::set(req, pattern.replace(":.*}", "}").into());
        }
    }

    /// Stores the route of a request in its extensions.
    pub(super) fn set(req: &ServiceRequest, pattern: Arc<str>) {
        if let Some(CountedRoute(counted)) = req.extensions().get() {
            // Only the first is that of the URL as received.
            let _ = counted.set(pattern.clone());
        }
        req.extensions_mut().insert(Self(pattern));
    }

    /// Returns the path pattern of a request. Returns `None` if the request matches no route.
    pub(super) fn of(req: &HttpRequest) -> Option<Arc<str>> {
        req.extensions().get::<Self>().map(|Self(pattern)| pattern.clone())
    }

    /// Returns the path pattern that a request is counted under. Returns `None` if the request matches no route.
    pub(super) fn counted(req: &HttpRequest) -> Option<Arc<str>> {
        req.extensions().get::<CountedRoute>()?.0.get().cloned()
    }
}

/// Middleware: rewrites a path that ends with the name of a format, such as `/v1/solutions.csv`, to the path without it and
/// the parameter `format`. No slug, key or ID contains a full stop. Such paths support reads only.
pub(crate) async fn read_format_in_path(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if let Some((path, format)) = split(req.path()) {
        match *req.method() {
            Method::GET => {
                let query = req.query_string();
                let separator = if query.is_empty() { "" } else { "&" };
                let uri = format!("{path}?{query}{separator}format={}", format.name());
                rewrite(&mut req, &uri)?;
                Route::find(&req);
            }
            // The fallback responds to OPTIONS.
            Method::OPTIONS => {}
            _ => return Err(Error::Method { allow: "GET, HEAD, OPTIONS".to_owned() }.into()),
        }
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// Middleware: removes the path of the public URL from the start of a path, for reverse proxies that do not remove it.
pub(crate) async fn remove_prefix(
    mut req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let prefix = prefix();
    if !prefix.is_empty()
        && let Some(rest) = req.path().strip_prefix(&prefix)
        && (rest.is_empty() || rest.starts_with('/'))
    {
        let path = if rest.is_empty() { "/" } else { rest };
        let uri = format!("{path}{}", req.uri().query().map(|query| format!("?{query}")).unwrap_or_default());
        rewrite(&mut req, &uri)?;
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

/// Replaces the path and the query of a request.
fn rewrite(req: &mut ServiceRequest, uri: &str) -> Result<()> {
    let uri: Uri = uri.parse().map_err(Error::internal)?;
    req.match_info_mut().get_mut().update(&uri);
    req.head_mut().uri = uri;
    Ok(())
}

/// Splits the name of a format off a path.
fn split(path: &str) -> Option<(&str, Format)> {
    let (path, name) = path.rsplit_once('.')?;
    // A path without the name of a format stands for JSON.
    let format = Format::ALL.into_iter().find(|format| format.name() == name && *format != Format::Json)?;
    (path.starts_with("/v1/") && !path.ends_with('/')).then_some((path, format))
}

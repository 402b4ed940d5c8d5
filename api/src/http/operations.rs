//! Properties of operations that middleware reads from the OpenAPI document.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use super::negotiate::is_stream;
use super::outline::Outline;
use super::request::reject_query;
use super::route::Route;
use crate::auth::Caller;

/// The operations, by the path pattern of their route.
pub(crate) struct Operations {
    reads: HashMap<String, ReadOperation>,
    /// Path patterns of operations whose use is not published in the metrics.
    private: HashSet<String>,
}

#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
struct ReadOperation {
    /// Whether the operation accepts a query string: one with parameters, or a page. Links to pages often have parameters
    /// that analytics programs add, such as `utm_source`.
    takes_query: bool,
    /// Whether the operation requires a token.
    is_guarded: bool,
    /// Whether the operation responds with server-sent events.
    is_event_stream: bool,
    /// Whether the operation has no rate limit.
    is_free: bool,
    /// Whether the operation can wait for new data, or respond with server-sent events on request.
    may_wait: bool,
}

impl Operations {
    /// Reads the operations from the document. Operations with one of the tags in `private` are private.
    pub(crate) fn of(document: &Outline, private: &[&str]) -> Self {
        let is_private = |tag: &String| private.contains(&tag.as_str());
        let all = document.paths.iter();
        let private =
            all.clone().filter(|(_, item)| item.values().any(|operation| operation.tags.iter().any(is_private)));
        let reads = all.filter_map(|(path, item)| {
            let read = item.get("get")?;
            let mut parameters = document.query_parameters(read).peekable();
            let operation = ReadOperation {
                takes_query: parameters.peek().is_some() || read.responds_with("text/html"),
                may_wait: parameters.any(|parameter| parameter.name == "wait"),
                is_guarded: !read.security.is_empty(),
                is_event_stream: read.responds_with("text/event-stream"),
                is_free: !read.has_status(StatusCode::TOO_MANY_REQUESTS),
            };
            Some((path.clone(), operation))
        });
        Self { reads: reads.collect(), private: private.map(|(path, _)| path.clone()).collect() }
    }

    fn find(req: &HttpRequest) -> Option<(Data<Self>, Arc<str>)> {
        Some((req.app_data::<Data<Self>>()?.clone(), Route::of(req)?))
    }

    /// Returns whether the use of a path must not be published.
    pub(super) fn is_private(&self, pattern: &str) -> bool {
        self.private.contains(pattern)
    }

    /// Returns whether the operation of a request requires a token.
    pub(super) fn is_guarded(req: &HttpRequest) -> bool {
        let found = Self::find(req);
        found.is_some_and(|(all, pattern)| all.reads.get(&*pattern).is_some_and(|operation| operation.is_guarded))
    }

    /// Returns whether the operation of a request has no rate limit.
    pub(super) fn is_free(req: &HttpRequest) -> bool {
        let found = Self::find(req);
        found.is_some_and(|(all, pattern)| all.reads.get(&*pattern).is_some_and(|operation| operation.is_free))
    }

    /// Returns whether a request waits for new data. Such a request has a longer time limit, and its response is not cached.
    pub(super) fn is_long_poll(req: &HttpRequest) -> bool {
        let waits = || is_stream(req.headers()) || req.query_string().split('&').any(|pair| pair.starts_with("wait="));
        let is_long = |operation: &ReadOperation| operation.is_event_stream || operation.may_wait && waits();
        Self::find(req).is_some_and(|(all, pattern)| all.reads.get(&*pattern).is_some_and(is_long))
    }
}

/// Middleware: refuses a query string if the operation takes no query parameters, except on pages. Operations with query
/// parameters refuse unknown ones themselves.
pub(crate) async fn refuse_unknown_params(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if req.method() == Method::GET
        && !req.query_string().is_empty()
        && let Some((all, pattern)) = Operations::find(req.request())
        && let Some(operation) = all.reads.get(&*pattern)
        && !operation.takes_query
        // A missing token is reported first.
        && (!operation.is_guarded || req.extensions().contains::<Caller>())
    {
        reject_query(req.request())?;
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

//! Properties of operations that middleware reads from the OpenAPI document.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use serde_json::Value;

use super::negotiate::is_stream;
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
    /// Whether the operation can wait for new data, or respond with server-sent events on request.
    may_wait: bool,
}

impl Operations {
    /// Reads the operations from the document. Operations with one of the tags in `private` are private.
    pub(crate) fn of(document: &Value, private: &[&str]) -> Self {
        let is_private = |item: &Value| {
            let tags = members(item).flat_map(|(_, operation)| items(&operation["tags"]));
            tags.filter_map(Value::as_str).any(|tag| private.contains(&tag))
        };
        let paths = || members(&document["paths"]);
        let private = paths().filter(|(_, item)| is_private(item)).map(|(path, _)| path.clone());
        let reads =
            paths().filter_map(|(path, item)| Some((path.clone(), ReadOperation::of(document, item.get("get")?))));
        Self { reads: reads.collect(), private: private.collect() }
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

    /// Returns whether a request waits for new data. Such a request has a longer time limit, and its response is not cached.
    pub(super) fn is_long_poll(req: &HttpRequest) -> bool {
        let waits = || is_stream(req.headers()) || req.query_string().split('&').any(|pair| pair.starts_with("wait="));
        let is_long = |operation: &ReadOperation| operation.is_event_stream || operation.may_wait && waits();
        Self::find(req).is_some_and(|(all, pattern)| all.reads.get(&*pattern).is_some_and(is_long))
    }
}

impl ReadOperation {
    fn of(document: &Value, read: &Value) -> Self {
        let parameters = items(&read["parameters"]).map(|parameter| resolve(document, parameter));
        let mut parameters = parameters.filter(|parameter| parameter["in"] == "query").peekable();
        let content = read.pointer("/responses/200/content");
        let responds_with = |media_type: &str| content.is_some_and(|content| content.get(media_type).is_some());
        Self {
            takes_query: parameters.peek().is_some() || responds_with("text/html"),
            may_wait: parameters.any(|parameter| parameter["name"] == "wait"),
            is_guarded: items(&read["security"]).next().is_some(),
            is_event_stream: responds_with("text/event-stream"),
        }
    }
}

/// Resolves a parameter that may be a reference to a component.
fn resolve<'d>(document: &'d Value, parameter: &'d Value) -> &'d Value {
    match parameter["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => parameter,
    }
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
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

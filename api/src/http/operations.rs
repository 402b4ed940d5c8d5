//! What the OpenAPI document says of operations that middleware has to know.

use std::collections::{HashMap, HashSet};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use utoipa::openapi::path::ParameterIn;
use utoipa::openapi::{OpenApi, RefOr};

use super::request::reject_query;
use crate::auth::Caller;

/// The operations that read, by the path pattern of their route.
pub(crate) struct Operations(HashMap<String, Operation>);

struct Operation {
    /// Whether it takes parameters in the query string, or passes them on to where it redirects.
    takes_query: bool,
    is_guarded: bool,
    /// Whether it can answer with server-sent events.
    is_event_stream: bool,
}

impl Operations {
    pub(crate) fn of(document: &OpenApi) -> Self {
        let reads = document.paths.paths.iter().filter_map(|(path, item)| Some((path, item.get.as_ref()?)));
        let operation = |(path, read): (&String, &utoipa::openapi::path::Operation)| {
            let parameters = read.parameters.iter().flatten().filter_map(|parameter| match parameter {
                RefOr::T(parameter) => Some(&parameter.parameter_in),
                RefOr::Ref(_) => None,
            });
            let responses = &read.responses.responses;
            let media: HashSet<&str> = match responses.get("200") {
                Some(RefOr::T(response)) => response.content.keys().map(String::as_str).collect(),
                _ => HashSet::new(),
            };
            let operation = Operation {
                takes_query: parameters.into_iter().any(|place| matches!(place, ParameterIn::Query))
                    || !responses.contains_key("200"),
                is_guarded: read.security.is_some(),
                is_event_stream: media.contains("text/event-stream"),
            };
            (path.clone(), operation)
        };
        Self(reads.map(operation).collect())
    }

    fn find(req: &HttpRequest) -> Option<(Data<Self>, String)> {
        // The document writes a parameter without the expression it must match.
        let pattern = req.resource_map().match_pattern(req.path())?.replace(":.*}", "}");
        Some((req.app_data::<Data<Self>>()?.clone(), pattern))
    }

    /// Whether a request is to an operation that can answer with server-sent events.
    pub(super) fn is_event_stream(req: &HttpRequest) -> bool {
        let found = Self::find(req);
        found.is_some_and(|(all, pattern)| all.0.get(&pattern).is_some_and(|operation| operation.is_event_stream))
    }
}

/// Middleware: refuses a query string where an operation takes no parameters. Others read theirs themselves, and refuse those
/// they do not know.
pub(crate) async fn refuse_unknown_params(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if req.method() == Method::GET
        && !req.query_string().is_empty()
        && let Some((all, pattern)) = Operations::find(req.request())
        && let Some(operation) = all.0.get(&pattern)
        && !operation.takes_query
        // A caller without a token is told that first.
        && (!operation.is_guarded || req.extensions().contains::<Caller>())
    {
        reject_query(req.request())?;
    }
    Ok(next.call(req).await?.map_into_boxed_body())
}

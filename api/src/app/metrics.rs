//! Metrics for Prometheus.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};

use crate::base::db::context::Context;
use crate::base::error::Result;
use crate::base::metrics::{Gauges, Metrics};
use crate::http::cache::ResponseCache;
use crate::http::no_store;
use crate::openapi::RUNNING;

/// Get metrics
///
/// Includes requests by route and status, their latency, database connections, SQL statements, cached responses and the
/// directory version.
#[utoipa::path(tag = RUNNING, responses((status = 200, description = "Metrics in the Prometheus text format",
    body = String, content_type = "text/plain; version=0.0.4")))]
#[get("/metrics")]
pub(crate) async fn get_metrics(
    metrics: Data<Metrics>,
    context: Data<Context>,
    cache: Data<ResponseCache>,
) -> Result<HttpResponse> {
    let (connections, idle) = context.db.connections();
    let text = metrics.text(&Gauges {
        connections,
        idle,
        statements: context.db.statements(),
        version: context.version.version().number,
        cache: cache.size().await,
    })?;
    Ok(no_store(
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(text),
    ))
}

//! What the service counts of itself, for Prometheus.

use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::State;
use crate::base::error::{Error, Result};
use crate::http::no_store;

pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency: HistogramVec,
    connections: IntGaugeVec,
    statements: IntCounter,
    version: IntGauge,
    kept: IntGauge,
}

impl Metrics {
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let requests = Opts::new("transferatlas_requests_total", "Requests answered, by route and status.");
        let latency = HistogramOpts::new("transferatlas_request_seconds", "Time to the answer's head, by route.")
            .buckets(vec![
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
            ]);
        let info = Opts::new("transferatlas_info", "The program's version; always 1.");
        let metrics = Self {
            registry: Registry::new(),
            requests: IntCounterVec::new(requests, &["method", "route", "status"])?,
            latency: HistogramVec::new(latency, &["route"])?,
            connections: IntGaugeVec::new(
                Opts::new("transferatlas_database_connections", "Connections of the pool, by state."),
                &["state"],
            )?,
            statements: IntCounter::new("transferatlas_database_reads_total", "SQL statements of reads.")?,
            version: IntGauge::new("transferatlas_directory_version", "The directory version answers are made from.")?,
            kept: IntGauge::new("transferatlas_memory_answers", "Answers kept in memory.")?,
        };
        let program = IntGaugeVec::new(info, &["version"])?;
        program.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.latency.clone()))?;
        metrics.registry.register(Box::new(metrics.connections.clone()))?;
        metrics.registry.register(Box::new(metrics.statements.clone()))?;
        metrics.registry.register(Box::new(metrics.version.clone()))?;
        metrics.registry.register(Box::new(metrics.kept.clone()))?;
        metrics.registry.register(Box::new(program))?;
        Ok(metrics)
    }

    pub(crate) fn answered(&self, method: &str, route: &str, status: u16, elapsed: Duration) {
        // Everybody reads these figures, and of what is private nobody learns how much there is.
        let (method, route, status) = if is_private(route) {
            ("other", "private", "any".to_owned())
        } else {
            (method, route, status.to_string())
        };
        // A method that HTTP does not name would make a new series each time.
        let method = if matches!(method, "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE") {
            method
        } else {
            "other"
        };
        self.requests.with_label_values(&[method, route, &status]).inc();
        self.latency.with_label_values(&[route]).observe(elapsed.as_secs_f64());
    }

    fn text(&self, state: &State) -> Result<Vec<u8>> {
        let (all, idle) = state.db.connections();
        let idle = i64::try_from(idle).unwrap_or_default();
        self.connections.with_label_values(&["idle"]).set(idle);
        self.connections.with_label_values(&["busy"]).set(i64::from(all) - idle);
        self.statements.inc_by(state.db.statements().saturating_sub(self.statements.get()));
        self.version.set(state.directory.version().number);
        self.kept.set(i64::try_from(state.memory.entries()).unwrap_or_default());
        let mut text = vec![];
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(Error::fault)?;
        Ok(text)
    }
}

/// Is what is done there known to some alone?
fn is_private(route: &str) -> bool {
    route.starts_with("/v1/submissions") || route.starts_with("/v1/webhooks") || route.ends_with("/duties")
}

/// Metrics for Prometheus
///
/// Requests by route and status, their latency, the connections and statements of the database, the directory version.
#[utoipa::path(tag = "running", responses((status = 200, description = "Metrics in the Prometheus text format",
    body = String, content_type = "text/plain; version=0.0.4")))]
#[get("/metrics")]
pub(crate) async fn get_metrics(state: Data<State>) -> Result<HttpResponse> {
    let text = state.metrics.text(&state)?;
    Ok(no_store(
        HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")).body(text),
    ))
}

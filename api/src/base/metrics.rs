//! What the service counts of itself, for Prometheus.

use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::base::error::{Error, Result};

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

    /// The figures of now, in the text format of Prometheus.
    pub(crate) fn text(&self, gauges: &Gauges) -> Result<Vec<u8>> {
        let Gauges { connections, idle, statements, version, cached } = *gauges;
        let idle = i64::try_from(idle).unwrap_or_default();
        self.connections.with_label_values(&["idle"]).set(idle);
        self.connections.with_label_values(&["busy"]).set(i64::from(connections) - idle);
        self.statements.inc_by(statements.saturating_sub(self.statements.get()));
        self.version.set(version);
        self.kept.set(i64::try_from(cached).unwrap_or_default());
        let mut text = vec![];
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(Error::internal)?;
        Ok(text)
    }
}

/// What others count, read when the figures are asked for.
pub(crate) struct Gauges {
    /// Connections to the database, and those of them that are idle.
    pub connections: u32,
    pub idle: usize,
    /// Statements that reads have asked of the database.
    pub statements: u64,
    /// The directory version.
    pub version: i64,
    /// Responses in the cache.
    pub cached: u64,
}

/// Is what is done there known to some alone?
fn is_private(route: &str) -> bool {
    route.starts_with("/v1/submissions") || route.starts_with("/v1/webhooks") || route.ends_with("/duties")
}

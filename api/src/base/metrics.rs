//! Metrics for Prometheus.

use std::time::Duration;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::base::error::{Error, Result};

/// Metrics of one service.
pub(crate) struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    latency: HistogramVec,
    connections: IntGaugeVec,
    statements: IntCounter,
    version: IntGauge,
    cache: CacheMetrics,
}

/// Metrics of the response cache.
struct CacheMetrics {
    responses: IntGauge,
    bytes: IntGauge,
    hits: IntCounter,
    misses: IntCounter,
    evictions: IntCounter,
}

impl CacheMetrics {
    /// Creates and registers the metrics.
    fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let gauge = |name: &str, help: &str| {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok::<_, prometheus::Error>(gauge)
        };
        let counter = |name: &str, help: &str| {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok::<_, prometheus::Error>(counter)
        };
        Ok(Self {
            responses: gauge("transferatlas_cache_responses", "Number of responses in the cache.")?,
            bytes: gauge("transferatlas_cache_bytes", "Size of the cache, including room for compressed copies.")?,
            hits: counter("transferatlas_cache_hits_total", "Number of responses from the cache.")?,
            misses: counter("transferatlas_cache_misses_total", "Number of responses added to the cache.")?,
            evictions: counter("transferatlas_cache_evictions_total", "Number of responses dropped for lack of room.")?,
        })
    }

    fn set(&self, gauges: &CacheGauges) {
        self.responses.set(i64::try_from(gauges.responses).unwrap_or_default());
        self.bytes.set(i64::try_from(gauges.bytes).unwrap_or_default());
        set(&self.hits, gauges.hits);
        set(&self.misses, gauges.misses);
        set(&self.evictions, gauges.evictions);
    }
}

impl Metrics {
    /// Creates and registers the metrics.
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let requests = Opts::new("transferatlas_requests_total", "Number of requests, by method, route and status.");
        let latency = HistogramOpts::new("transferatlas_request_seconds", "Seconds to the response head, by route.")
            .buckets(vec![
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
            ]);
        let info = Opts::new("transferatlas_info", "Version of the program. Always 1.");
        let registry = Registry::new();
        let metrics = Self {
            requests: IntCounterVec::new(requests, &["method", "route", "status"])?,
            latency: HistogramVec::new(latency, &["route"])?,
            connections: IntGaugeVec::new(
                Opts::new("transferatlas_database_connections", "Number of database connections, by state."),
                &["state"],
            )?,
            statements: IntCounter::new("transferatlas_database_reads_total", "Number of SQL statements of reads.")?,
            version: IntGauge::new("transferatlas_directory_version", "Directory version known to the instance.")?,
            cache: CacheMetrics::new(&registry)?,
            registry,
        };
        let program = IntGaugeVec::new(info, &["version"])?;
        program.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        metrics.registry.register(Box::new(metrics.requests.clone()))?;
        metrics.registry.register(Box::new(metrics.latency.clone()))?;
        metrics.registry.register(Box::new(metrics.connections.clone()))?;
        metrics.registry.register(Box::new(metrics.statements.clone()))?;
        metrics.registry.register(Box::new(metrics.version.clone()))?;
        metrics.registry.register(Box::new(program))?;
        Ok(metrics)
    }

    /// Records a completed request. Metrics are public, so the caller passes one common route for all private operations.
    pub(crate) fn record(&self, request: &Request<'_>) {
        let Request { method, route, status, elapsed } = *request;
        // Each unknown method would create a new time series.
        let method = if matches!(method, "GET" | "HEAD" | "OPTIONS" | "POST" | "PUT" | "PATCH" | "DELETE") {
            method
        } else {
            "other"
        };
        self.requests.with_label_values(&[method, route, status]).inc();
        self.latency.with_label_values(&[route]).observe(elapsed.as_secs_f64());
    }

    /// Returns the current metrics in the text format of Prometheus.
    pub(crate) fn text(&self, gauges: &Gauges) -> Result<Vec<u8>> {
        let Gauges { connections, idle, statements, version, cache } = *gauges;
        let idle = i64::try_from(idle).unwrap_or_default();
        self.connections.with_label_values(&["idle"]).set(idle);
        self.connections.with_label_values(&["busy"]).set(i64::from(connections) - idle);
        set(&self.statements, statements);
        self.version.set(version);
        self.cache.set(&cache);
        let mut text = vec![];
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(Error::internal)?;
        Ok(text)
    }
}

/// Raises a counter to a value that is counted elsewhere.
fn set(counter: &IntCounter, value: u64) {
    counter.inc_by(value.saturating_sub(counter.get()));
}

/// Values that are read when the metrics are requested.
pub(crate) struct Gauges {
    /// Number of open database connections.
    pub connections: u32,
    /// Number of idle database connections.
    pub idle: usize,
    /// Number of SQL statements that reads have executed since the start.
    pub statements: u64,
    /// Directory version known to the instance.
    pub version: i64,
    /// Numbers of the response cache.
    pub cache: CacheGauges,
}

/// Numbers of the response cache.
#[derive(Clone, Copy)]
pub(crate) struct CacheGauges {
    /// Number of stored responses.
    pub responses: u64,
    /// Size in bytes, with room for compressed copies.
    pub bytes: u64,
    /// Number of responses from the cache since the start.
    pub hits: u64,
    /// Number of responses that were added to the cache since the start.
    pub misses: u64,
    /// Number of responses that were dropped for lack of room since the start.
    pub evictions: u64,
}

/// A completed request.
pub(crate) struct Request<'r> {
    /// HTTP method, or `other` for private operations.
    pub method: &'r str,
    /// Path pattern of the route, or `private` for private operations.
    pub route: &'r str,
    /// HTTP status code, or `any` for private operations.
    pub status: &'r str,
    /// Time from the arrival of the request until the headers of the response were ready.
    pub elapsed: Duration,
}

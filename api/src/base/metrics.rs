//! Metrics for Prometheus.

use std::time::Duration;

use prometheus::core::Collector;
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
    representations: RepresentationMetrics,
    cached: IntGauge,
    cached_bytes: IntGauge,
    cache: CacheCounters,
}

/// Counters of the response cache. Clones share them.
#[derive(Clone)]
pub(crate) struct CacheCounters {
    /// Number of responses from the cache.
    pub hits: IntCounter,
    /// Number of responses that were added to the cache.
    pub misses: IntCounter,
    /// Number of responses that were dropped for lack of room.
    pub evictions: IntCounter,
    /// Number of responses from the cache that may have been stale, because the database was unavailable.
    pub stale: IntCounter,
}

impl CacheCounters {
    fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let counter = |name: &str, help: &str| registered(registry, IntCounter::new(name, help));
        Ok(Self {
            hits: counter("transferatlas_cache_hits_total", "Number of responses from the cache.")?,
            misses: counter("transferatlas_cache_misses_total", "Number of responses added to the cache.")?,
            evictions: counter("transferatlas_cache_evictions_total", "Number of responses dropped for lack of room.")?,
            stale: counter("transferatlas_cache_stale_total", "Number of responses sent while the database was away.")?,
        })
    }
}

/// Metrics of stored representations. Clones share them.
#[derive(Clone)]
pub(crate) struct RepresentationMetrics {
    /// Number of entries without a current representation.
    pub pending: IntGauge,
    /// Number of representations that the background task has built.
    pub built: IntCounter,
}

const PENDING: &str =
    "Number of entries without a current stored representation, after the last run of the background task.";
const BUILT: &str = "Number of stored representations built by the background task.";

/// Registers a metric, and returns it.
fn registered<M: Collector + Clone + 'static>(
    registry: &Registry,
    metric: Result<M, prometheus::Error>,
) -> Result<M, prometheus::Error> {
    let metric = metric?;
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

impl Metrics {
    /// Creates and registers the metrics.
    pub(crate) fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let gauge = |name: &str, help: &str| registered(&registry, IntGauge::new(name, help));
        let requests = Opts::new("transferatlas_requests_total", "Number of requests, by method, route and status.");
        let latency = HistogramOpts::new("transferatlas_request_seconds", "Seconds to the response head, by route.")
            .buckets(vec![
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0,
            ]);
        let connections = Opts::new("transferatlas_database_connections", "Number of database connections, by state.");
        let statements = IntCounter::new("transferatlas_database_reads_total", "Number of SQL statements of reads.");
        let info = Opts::new("transferatlas_info", "Version of the program. Always 1.");
        registered(&registry, IntGaugeVec::new(info, &["version"]))?
            .with_label_values(&[env!("CARGO_PKG_VERSION")])
            .set(1);
        Ok(Self {
            requests: registered(&registry, IntCounterVec::new(requests, &["method", "route", "status"]))?,
            latency: registered(&registry, HistogramVec::new(latency, &["route"]))?,
            connections: registered(&registry, IntGaugeVec::new(connections, &["state"]))?,
            statements: registered(&registry, statements)?,
            version: gauge("transferatlas_directory_version", "Directory version known to the instance.")?,
            representations: RepresentationMetrics {
                pending: gauge("transferatlas_representations_pending", PENDING)?,
                built: registered(&registry, IntCounter::new("transferatlas_representations_built_total", BUILT))?,
            },
            cached: gauge("transferatlas_cache_responses", "Number of responses in the cache.")?,
            cached_bytes: gauge(
                "transferatlas_cache_bytes",
                "Size of the cache, including room for compressed copies.",
            )?,
            cache: CacheCounters::new(&registry)?,
            registry,
        })
    }

    /// Returns the counters of the response cache.
    pub(crate) fn cache(&self) -> CacheCounters {
        self.cache.clone()
    }

    /// Returns the metrics of stored representations.
    pub(crate) fn representations(&self) -> RepresentationMetrics {
        self.representations.clone()
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
        let Gauges { connections, idle, statements, version, ref cache } = *gauges;
        let idle = i64::try_from(idle).unwrap_or_default();
        self.connections.with_label_values(&["idle"]).set(idle);
        self.connections.with_label_values(&["busy"]).set(i64::from(connections) - idle);
        self.statements.inc_by(statements.saturating_sub(self.statements.get()));
        self.version.set(version);
        self.cached.set(i64::try_from(cache.responses).unwrap_or_default());
        self.cached_bytes.set(i64::try_from(cache.bytes).unwrap_or_default());
        let mut text = vec![];
        TextEncoder::new().encode(&self.registry.gather(), &mut text).map_err(Error::internal)?;
        Ok(text)
    }
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
    /// Size of the response cache.
    pub cache: CacheSize,
}

/// Size of the response cache.
pub(crate) struct CacheSize {
    /// Number of stored responses.
    pub responses: u64,
    /// Size in bytes, with room for compressed copies.
    pub bytes: u64,
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

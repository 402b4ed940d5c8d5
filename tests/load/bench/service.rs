//! The service under test, and a client for single requests.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::arguments::CacheState;
use crate::place::Place;
use crate::process::Process;

/// Time limit for a server to start.
pub(crate) const START_LIMIT: Duration = Duration::from_mins(1);

/// Time limit of a single request before the measurements.
const REQUEST_LIMIT: Duration = Duration::from_mins(1);

/// A server, in a process of its own.
pub(crate) struct Server {
    /// The process.
    pub(crate) process: Process,
    /// URL without a path.
    pub(crate) base: String,
    http: reqwest::Client,
}

/// A response to a single request.
pub(crate) struct Response {
    /// Status code.
    pub(crate) status: u16,
    /// Headers.
    pub(crate) headers: HeaderMap,
    /// Body as sent, possibly compressed.
    pub(crate) body: Vec<u8>,
}

impl Server {
    /// Returns a started server, with a client for it.
    pub(crate) fn new(process: Process, base: String) -> Result<Self> {
        // Without idle connections, because the server may have closed them.
        let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(REQUEST_LIMIT).build()?;
        Ok(Self { process, base, http })
    }

    /// Starts the service with its log in a file, and waits until it is ready.
    pub(crate) async fn start(place: &Place, state: CacheState) -> Result<Self> {
        let arguments: &[&str] = match state {
            CacheState::Warm => &["--port", "0"],
            CacheState::Cold => &["--port", "0", "--cache-mib", "0"],
        };
        let log = place.file(&format!("{}.log", state.name()));
        let mut process = Process::start(&mut place.command(arguments), &log)?;
        let base = process.wait_for("serving the directory at ", START_LIMIT).await?;
        let server = Self::new(process, base)?;
        let ready = server.get("/health/ready", &[]).await?;
        ensure!(ready.status == 200, "the service is not ready: {}", ready.status);
        Ok(server)
    }

    /// Sends a GET request with the given header lines.
    pub(crate) async fn get(&self, path: &str, headers: &[String]) -> Result<Response> {
        let mut request = self.http.get(format!("{}{path}", self.base));
        for line in headers {
            let (name, value) = line.split_once(": ").context("a header line")?;
            request = request.header(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        let response = request.send().await.with_context(|| format!("{path} failed"))?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Response { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Verifies that a service without a cache stores nothing: the repetition of a request reads from the database, and
    /// the number of stored responses stays 0.
    pub(crate) async fn require_no_cache(&self) -> Result<()> {
        let mut reads = vec![];
        for _ in 0..3 {
            self.get("/v1/solutions?limit=20", &[]).await?;
            reads.push(self.metric("transferatlas_database_reads_total").await?);
        }
        ensure!(reads.is_sorted_by(|before, after| before < after), "a response came from the cache: {reads:?}");
        ensure!(self.metric("transferatlas_cache_responses").await? == 0, "the service has a response cache");
        Ok(())
    }

    async fn metric(&self, name: &str) -> Result<u64> {
        let response = self.get("/metrics", &[]).await?;
        let text = String::from_utf8(response.body)?;
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let Some(value) = value else { bail!("the service has no metric {name}") };
        value.parse().with_context(|| format!("{name} {value}"))
    }
}

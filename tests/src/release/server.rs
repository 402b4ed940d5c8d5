//! The service under test, and a client for single requests.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use super::place::Place;
use super::process::Process;

/// Time limit for a server to start.
pub const START_LIMIT: Duration = Duration::from_mins(1);

/// Time limit of a single request before the measurements.
const REQUEST_LIMIT: Duration = Duration::from_mins(1);

/// A server, in a process of its own.
pub struct Server {
    /// The process.
    pub process: Process,
    /// URL without a path.
    pub base: String,
    http: reqwest::Client,
}

/// A response to a single request.
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as sent, possibly compressed.
    pub body: Vec<u8>,
}

impl Server {
    /// Returns a started server, with a client for it.
    pub fn new(process: Process, base: String) -> Result<Self> {
        Ok(Self { process, base, http: http_client(REQUEST_LIMIT)? })
    }

    /// Starts the service with its log in a file of this name, and waits until it is ready.
    pub async fn start(place: &Place, name: &str, arguments: &[&str]) -> Result<Self> {
        let log = place.file(&format!("{name}.log"));
        // The log of an earlier process has the address of that one.
        let _ = std::fs::remove_file(&log);
        let mut process = Process::start(&mut place.command(arguments), &log)?;
        let base = process.wait_for("serving the directory at ", START_LIMIT).await?;
        let server = Self::new(process, base)?;
        let ready = server.get("/health/ready", &[]).await?;
        ensure!(ready.status == 200, "the service is not ready: {}", ready.status);
        Ok(server)
    }

    /// Sends a GET request with the given header lines.
    pub async fn get(&self, path: &str, headers: &[String]) -> Result<Response> {
        let mut request = self.http.get(format!("{}{path}", self.base));
        for line in headers {
            let (name, value) = line.split_once(": ").context("a header line")?;
            request = request.header(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        let response = request.send().await.with_context(|| format!("{path} failed"))?;
        Ok(Response::read(response).await?)
    }
}

impl Response {
    /// Reads a response to its end.
    pub async fn read(response: reqwest::Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok(Self { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Returns a header. `None` if it is absent or not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Returns a client with a time limit of requests.
pub fn http_client(limit: Duration) -> Result<reqwest::Client> {
    // Without idle connections, because the server may have closed them.
    let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).tls_certs_only([]).timeout(limit);
    client.build().context("an HTTP client")
}

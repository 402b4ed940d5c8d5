//! A client of the service under test.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reqwest::Method;
use reqwest::header::{AGE, AUTHORIZATION, IF_MATCH, RETRY_AFTER};
use serde_json::{Value, json};
use tests::release::{Place, Server, http_client};
use tests::{Nginx, json_media_type};

/// Time limit of a request. Longer than each goal.
const LIMIT: Duration = Duration::from_mins(1);

/// A client with a token of the role `editor`.
#[derive(Clone)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

/// Result of a request.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// Status code. 0 if the connection failed.
    pub(crate) status: u16,
    /// Time to the end of the response.
    pub(crate) time: Duration,
    /// Whether the response is marked as possibly outdated.
    pub(crate) is_stale: bool,
    /// Whether the response says when to send the request again.
    pub(crate) may_be_repeated: bool,
    /// Body, if it is JSON.
    pub(crate) body: Value,
}

impl Answer {
    /// Returns whether the request succeeded.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns a successful answer without its body. Those of thousands of answers would take gigabytes.
    pub(crate) fn without_body(self) -> Self {
        if self.is_success() { Self { body: Value::Null, ..self } } else { self }
    }
}

impl Client {
    /// Returns a client for a service that was started with [`KEYS`].
    pub(crate) async fn new(place: &Place, base: &str) -> Result<Self> {
        Self::with_token(base, issue(place, &KEYS, "faults", "editor").await?)
    }

    /// Returns a client with a token.
    pub(crate) fn with_token(base: &str, token: String) -> Result<Self> {
        Ok(Self { http: http()?, base: base.to_owned(), token })
    }

    /// Returns the client for another address of the service.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Returns the value of `Authorization`.
    pub(crate) fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }

    /// Sends a read without the token.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.http.get(format!("{}{path}", self.base))).await
    }

    /// Creates a theme with a new slug.
    pub(crate) async fn create_theme(&self) -> (String, Answer) {
        let number = number();
        let slug = format!("theme-{}-{number}", std::process::id());
        let theme = json!({ "slug": slug, "title": { "de": format!("Thema {number}") } });
        (slug, self.write(Method::POST, "/v1/themes", &theme).await)
    }

    /// Changes a theme that many entries refer to, which changes the version of the directory.
    pub(crate) async fn change_theme(&self) -> Answer {
        self.change_title("mobility").await
    }

    /// Changes the title of a theme.
    pub(crate) async fn change_title(&self, slug: &str) -> Answer {
        let theme = json!({ "title": { "de": format!("Mobilität {}", number()) } });
        self.write(Method::PATCH, &format!("/v1/themes/{slug}"), &theme).await
    }

    async fn write(&self, method: Method, path: &str, body: &Value) -> Answer {
        let kind = json_media_type(&method);
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = request.header(AUTHORIZATION, self.authorization()).header(IF_MATCH, "*");
        self.send(request.header("content-type", kind).body(body.to_string())).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let began = Instant::now();
        let failed = |began: Instant| Answer {
            status: 0,
            time: began.elapsed(),
            is_stale: false,
            may_be_repeated: false,
            body: Value::Null,
        };
        let Ok(response) = request.send().await else { return failed(began) };
        let (status, is_stale) = (response.status().as_u16(), response.headers().contains_key(AGE));
        let may_be_repeated = response.headers().contains_key(RETRY_AFTER);
        let Ok(body) = response.bytes().await else { return failed(began) };
        let body = serde_json::from_slice(&body).unwrap_or_default();
        Answer { status, time: began.elapsed(), is_stale, may_be_repeated, body }
    }
}

/// Returns a number that was not returned before.
fn number() -> usize {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// Settings of a service whose tokens the tests use.
pub(crate) const KEYS: [&str; 2] = ["--keys-file", "keys.json"];

/// Starts a service on a port, or on a free one for 0, with a client for it.
pub(crate) async fn start(place: &Place, name: &str, port: u16, arguments: &[&str]) -> Result<(Server, Client)> {
    create_keys(place).await?;
    let server = restart(place, name, port, arguments).await?;
    let client = Client::new(place, &server.base).await?;
    Ok((server, client))
}

/// Creates the keys of [`KEYS`], if there are none.
pub(crate) async fn create_keys(place: &Place) -> Result<()> {
    if !place.file("keys.json").exists() {
        place.run(&[&KEYS[..], &["token", "rotate"]].concat()).await?;
    }
    Ok(())
}

/// Starts a service without a new client.
pub(crate) async fn restart(place: &Place, name: &str, port: u16, arguments: &[&str]) -> Result<Server> {
    Server::start(place, name, &[&KEYS[..], &["--port", &port.to_string()], arguments].concat()).await
}

/// Returns a free port.
pub(crate) fn free_port() -> u16 {
    Nginx::free_address().port()
}

/// Returns the address of a service, as `host:port`.
pub(crate) fn address(server: &Server) -> &str {
    server.base.trim_start_matches("http://")
}

/// Repeats a request until it succeeds, and returns the time that this took.
pub(crate) async fn until_success(
    what: &str,
    limit: Duration,
    mut send: impl AsyncFnMut() -> Answer,
) -> Result<Duration> {
    let began = Instant::now();
    loop {
        let answer = send().await;
        if answer.is_success() {
            return Ok(began.elapsed());
        }
        ensure!(began.elapsed() < limit, "{what} does not succeed within {limit:?}: {} {}", answer.status, answer.body);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Returns the time that a share of answers, in hundredths, did not exceed.
pub(crate) fn percentile(answers: &[Answer], share: usize) -> Duration {
    let mut times: Vec<_> = answers.iter().map(|answer| answer.time).collect();
    times.sort_unstable();
    times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).copied().unwrap_or_default()
}

/// Returns the status codes of the requests that failed.
pub(crate) fn failures(answers: &[Answer]) -> Vec<u16> {
    answers.iter().filter(|answer| !answer.is_success()).map(|answer| answer.status).collect()
}

/// Returns an HTTP client.
pub(crate) fn http() -> Result<reqwest::Client> {
    http_client(LIMIT)
}

/// Issues a token for a service with these settings.
pub(crate) async fn issue(place: &Place, settings: &[&str], subject: &str, role: &str) -> Result<String> {
    let issue = ["token", "issue", "--subject", subject, "--role", role];
    Ok(place.output(&[settings, &issue[..]].concat()).await?.trim().to_owned())
}

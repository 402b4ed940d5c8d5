//! Requests of a history.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use reqwest::Method;
use serde_json::{Value, json};

use crate::json_media_type;
use crate::release::{Response, http_client};

use super::history::{Answer, Content, Entry, Exchange, Page, Request, Revision};

/// Path of the resource that the clients write.
pub(super) const ENTRIES: &str = "/v1/practice-examples";

/// Time limit of a request, longer than that of each step.
const LIMIT: Duration = Duration::from_mins(1);

/// Path of the submissions.
pub(super) const SUBMISSIONS: &str = "/v1/submissions";

/// A request that may be sent several times.
#[derive(Clone)]
pub(super) struct Call {
    pub method: Method,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
}

impl Call {
    pub(super) fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: vec![], body: None }
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn with_token(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    pub(super) fn with_key(self, key: &str) -> Self {
        self.with("idempotency-key", key)
    }

    /// Adds `If-Match` with a revision of an entry or submission. The service compares the revision only.
    pub(super) fn based_on(self, revision: i64) -> Self {
        self.with("if-match", &format!("\"{revision}-x\""))
    }

    pub(super) fn with_body(mut self, body: Value) -> Self {
        self.body = Some(body);
        let media = json_media_type(&self.method);
        self.with("content-type", media)
    }
}

/// Sends requests to several instances, and measures the time since the start of the history.
#[derive(Clone)]
pub(super) struct Sender {
    http: reqwest::Client,
    bases: [String; 2],
    began: Instant,
}

impl Sender {
    pub(super) fn new(bases: [String; 2]) -> Result<Self> {
        Ok(Self { http: http_client(LIMIT)?, bases, began: Instant::now() })
    }

    /// Sends a request to an instance. Closes the connection after some time.
    pub(super) async fn send(&self, instance: usize, request: Request, call: &Call, patience: Duration) -> Exchange {
        let began = self.began.elapsed();
        let mut sent = self.http.request(call.method.clone(), format!("{}{}", self.bases[instance], call.path));
        for (name, value) in &call.headers {
            sent = sent.header(*name, value);
        }
        if let Some(body) = &call.body {
            sent = sent.body(body.to_string());
        }
        let received = async { Response::read(sent.send().await?).await };
        let answer = match tokio::time::timeout(patience, received).await {
            Ok(Ok(response)) => Answer {
                status: response.status,
                is_stale: response.header("age").is_some(),
                is_replayed: response.header("idempotent-replayed").is_some(),
                ..read(response.header("etag").unwrap_or_default(), &String::from_utf8_lossy(&response.body))
            },
            Ok(Err(_)) | Err(_) => Answer::default(),
        };
        Exchange { instance, began, ended: self.began.elapsed(), request, answer }
    }
}

/// Reads the parts of a response that matter.
fn read(etag: &str, body: &str) -> Answer {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let revision = etag.trim_start_matches('"').split('-').next().and_then(|revision| revision.parse().ok());
    let entry = revision.and_then(|revision| entry(json.get("current").unwrap_or(&json), revision));
    Answer { text: [etag, body].join("\n"), entry, page: page(&json), ..Answer::default() }
}

fn entry(json: &Value, revision: i64) -> Option<Entry> {
    Some(Entry { id: text(json, "/id")?, revision, content: content(json)? })
}

/// Returns the members of an entry that the writes set.
pub(super) fn content(json: &Value) -> Option<Content> {
    Some(Content { title: text(json, "/title/de")?, approach: text(json, "/approach/de")? })
}

fn page(json: &Value) -> Option<Page> {
    let items = json.get("items")?.as_array()?;
    let (next, more) = (json.get("next")?.as_i64()?, json.get("more")?.as_bool()?);
    Some(Page { items: items.iter().map(revision).collect::<Option<_>>()?, next, more })
}

fn revision(change: &Value) -> Option<Revision> {
    Some(Revision {
        sequence: change.get("sequence")?.as_i64()?,
        version: change.get("directory_version")?.as_i64()?,
        entry: text(change, "/entry")?,
        slug: text(change, "/slug")?,
        content: change.get("content").and_then(content),
    })
}

/// Returns a text in a document.
pub(super) fn text(json: &Value, pointer: &str) -> Option<String> {
    json.pointer(pointer)?.as_str().map(str::to_owned)
}

/// Returns an entry as it is sent.
pub(super) fn example(slug: &str, value: &str) -> Value {
    json!({
        "slug": slug, "title": { "de": value }, "approach": { "de": value }, "municipality": "08335043",
        "relation": "origin", "sources": ["https://example.org/"],
    })
}

/// Returns the body of a response as JSON.
pub(super) fn json_of(answer: &Answer) -> Result<Value> {
    let (_, body) = answer.text.split_once('\n').context("no response")?;
    serde_json::from_str(body).with_context(|| format!("status {}: {body}", answer.status))
}

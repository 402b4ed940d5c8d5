//! A client that sends and receives headers.

use anyhow::{Context, Result};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use tests::json_media_type;
use tests::release::Response;

use crate::client::http;

/// A client with the headers of each of its requests.
#[derive(Clone)]
pub(crate) struct Caller {
    http: reqwest::Client,
    base: String,
    headers: HeaderMap,
}

impl Caller {
    /// Returns a client without headers of its own.
    pub(crate) fn new(base: &str) -> Result<Self> {
        Ok(Self { http: http()?, base: base.to_owned(), headers: HeaderMap::new() })
    }

    /// Returns the client for another instance.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// Returns the client with a header, in place of one of the same name.
    pub(crate) fn with(&self, name: &'static str, value: &str) -> Result<Self> {
        let mut headers = self.headers.clone();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
        Ok(Self { headers, ..self.clone() })
    }

    /// Returns the client with a token.
    pub(crate) fn with_token(&self, token: &str) -> Result<Self> {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// Sends a GET request.
    pub(crate) async fn get(&self, path: &str) -> Result<Response> {
        self.send(Method::GET, path, None).await
    }

    /// Sends a POST request with a JSON body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Response> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Sends a PATCH request with a merge patch.
    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Result<Response> {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Sends a DELETE request.
    pub(crate) async fn delete(&self, path: &str) -> Result<Response> {
        self.send(Method::DELETE, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Response> {
        let what = format!("{method} {path}");
        let media = json_media_type(&method);
        let mut request = self.http.request(method, format!("{}{path}", self.base)).headers(self.headers.clone());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, media).body(body.to_string());
        }
        let response = request.send().await.with_context(|| format!("{what} received no response"))?;
        Response::read(response).await.with_context(|| format!("{what} received an incomplete response"))
    }
}

/// Returns a header of a response, or an empty text.
pub(crate) fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.header(name).unwrap_or_default()
}

/// Returns a text in the JSON body of a response, or an empty text.
pub(crate) fn text(response: &Response, pointer: &str) -> String {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// Returns a new theme.
pub(crate) fn theme(slug: &str) -> Value {
    json!({ "slug": slug, "title": { "de": format!("Thema {slug}") } })
}

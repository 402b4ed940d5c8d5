//! A client that hands every answer to the contract before the test sees it.

use std::io::Read;
use std::net::SocketAddr;
use std::panic::Location;
use std::sync::LazyLock;
use std::time::Duration;

use openapi::Contract;
use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::exchanges;

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::new);

const JSON: &str = "application/json";

/// Somebody who asks.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        // The service speaks no TLS, and to read the certificates of the machine takes a tenth of a second each time.
        let http = http.tls_certs_only([]).build();
        Self { http: http.expect("a client"), base: format!("http://{address}"), token: None }
    }

    /// The same with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same below a path of the server.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        Self { base: format!("{}{prefix}", self.base), ..self.clone() }
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> impl Future<Output = Answer> + use<> {
        self.send(Method::GET, path, &[])
    }

    /// Reads with one more header.
    #[track_caller]
    pub fn get_with(&self, path: &str, name: &str, value: &str) -> impl Future<Output = Answer> + use<> {
        self.send(Method::GET, path, &[(name, value)])
    }

    /// Reads every page of a list.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = vec![];
        let mut cursor = String::new();
        let separator = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = self.get(&format!("{path}{separator}limit=100{cursor}")).await.json();
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }

    /// Creates something.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> impl Future<Output = Answer> + use<> {
        self.post_with(path, body, &[])
    }

    /// Creates something, with more headers.
    #[track_caller]
    pub fn post_with(
        &self,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Answer> + use<> {
        self.write(Method::POST, path, headers, Some((JSON, body.to_string())))
    }

    /// Replaces something, if it is what was read.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value, held: &str) -> impl Future<Output = Answer> + use<> {
        self.write(Method::PUT, path, &[("if-match", held)], Some((JSON, body.to_string())))
    }

    /// Changes something, if it is what was read.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value, held: &str) -> impl Future<Output = Answer> + use<> {
        let merge = Some(("application/merge-patch+json", body.to_string()));
        self.write(Method::PATCH, path, &[("if-match", held)], merge)
    }

    /// Deletes something, if it is what was read.
    #[track_caller]
    pub fn delete(&self, path: &str, held: &str) -> impl Future<Output = Answer> + use<> {
        self.write(Method::DELETE, path, &[("if-match", held)], None)
    }

    /// Asks, and sees that the answer is one the document promises.
    #[track_caller]
    pub fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> impl Future<Output = Answer> + use<> {
        self.write(method, path, headers, None)
    }

    /// The same with a body of a media type.
    #[track_caller]
    pub fn write(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, String)>,
    ) -> impl Future<Output = Answer> + use<> {
        let asked_at = Location::caller();
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some((media, body)) = body {
            request = request.header("content-type", media).body(body);
        }
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("a header name");
            request = request.header(name, HeaderValue::from_str(value).expect("a header value"));
        }
        let path = path.to_owned();
        async move {
            let answer = answered(&format!("{asked_at}: {method} {path}"), request).await;
            let body = decoded(answer.header("content-encoding"), &answer.body);
            exchanges::note(asked_at, &format!("{method} {path}"), answer.status, &body);
            let names = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
            let media = answer.header("content-type");
            let promise = openapi::Answer { status: answer.status, headers: names, media, body: &body };
            if let Some(broken) = CONTRACT.broken(method.as_str(), &path, &promise) {
                panic!("{asked_at}: {method} {path} broke the contract: {broken}");
            }
            answer
        }
    }
}

/// How long an answer may take; the slowest thing the service does is given up long before.
const LIMIT: Duration = Duration::from_mins(1);

async fn answered(what: &str, request: reqwest::RequestBuilder) -> Answer {
    let response =
        request.timeout(LIMIT).send().await.unwrap_or_else(|error| panic!("{what} got no answer: {error:?}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.bytes().await.unwrap_or_else(|error| panic!("{what} got half an answer: {error:?}"));
    Answer { status, headers, body: body.to_vec() }
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The name of the problem, the last part of its type.
    #[track_caller]
    pub fn problem(&self) -> String {
        let media = self.header("content-type");
        assert_eq!(media, "application/problem+json", "expected a problem and got {}", self.status);
        self.json()["type"].as_str().expect("a type").trim_start_matches("/problems/").to_owned()
    }

    /// The tag of what was answered.
    pub fn etag(&self) -> &str {
        self.header("etag")
    }

    /// One member of each entry of a list.
    #[track_caller]
    pub fn each(&self, member: &str) -> Vec<Value> {
        self.json()["items"].as_array().expect("items").iter().map(|item| item[member].clone()).collect()
    }

    /// The slugs of a list.
    #[track_caller]
    pub fn slugs(&self) -> Vec<String> {
        self.each("slug").iter().map(|slug| slug.as_str().expect("a slug").to_owned()).collect()
    }
}

/// A body without its coding.
fn decoded(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = vec![];
    match coding {
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut plain).expect("gzip"),
        "br" => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain).expect("brotli"),
        "zstd" => zstd::Decoder::new(body).expect("zstd").read_to_end(&mut plain).expect("zstd"),
        _ => return body.to_vec(),
    };
    plain
}

/// The contract that every answer is held against.
pub fn contract() -> &'static Contract {
    &CONTRACT
}

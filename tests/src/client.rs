//! An HTTP client that checks every response against the OpenAPI document.

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

/// An HTTP client for the service, with or without a token.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

/// A response of the service.
#[derive(Debug)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// Response headers.
    pub headers: HeaderMap,
    /// Body as sent, without decompression.
    pub body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: SocketAddr) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        // The service uses no TLS, and loading the system certificates takes a tenth of a second.
        let http = http.tls_certs_only([]).build();
        Self { http: http.expect("a client"), base: format!("http://{address}"), token: None }
    }

    /// Returns the client with a token.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// Returns the client with a prefix for all paths.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        Self { base: format!("{}{prefix}", self.base), ..self.clone() }
    }

    /// Sends a GET request.
    #[track_caller]
    pub fn get(&self, path: &str) -> impl Future<Output = Answer> + use<> {
        self.send(Method::GET, path, &[])
    }

    /// Sends a GET request with one additional header.
    #[track_caller]
    pub fn get_with(&self, path: &str, name: &str, value: &str) -> impl Future<Output = Answer> + use<> {
        self.send(Method::GET, path, &[(name, value)])
    }

    /// Reads every page of a list, and returns all items.
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

    /// Sends a POST request with a JSON body.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> impl Future<Output = Answer> + use<> {
        self.post_with(path, body, &[])
    }

    /// Sends a POST request with a JSON body and additional headers.
    #[track_caller]
    pub fn post_with(
        &self,
        path: &str,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> impl Future<Output = Answer> + use<> {
        self.write(Method::POST, path, headers, Some((JSON, body.to_string())))
    }

    /// Sends a PUT request with `If-Match` and a JSON body.
    #[track_caller]
    pub fn put(&self, path: &str, body: &Value, etag: &str) -> impl Future<Output = Answer> + use<> {
        self.write(Method::PUT, path, &[("if-match", etag)], Some((JSON, body.to_string())))
    }

    /// Sends a PATCH request with `If-Match` and a merge patch.
    #[track_caller]
    pub fn patch(&self, path: &str, body: &Value, etag: &str) -> impl Future<Output = Answer> + use<> {
        let merge = Some(("application/merge-patch+json", body.to_string()));
        self.write(Method::PATCH, path, &[("if-match", etag)], merge)
    }

    /// Sends a DELETE request with `If-Match`.
    #[track_caller]
    pub fn delete(&self, path: &str, etag: &str) -> impl Future<Output = Answer> + use<> {
        self.write(Method::DELETE, path, &[("if-match", etag)], None)
    }

    /// Sends a request without a body.
    #[track_caller]
    pub fn send(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> impl Future<Output = Answer> + use<> {
        self.write(method, path, headers, None)
    }

    /// Sends a request with an optional body of a media type. The output panics if the response violates the OpenAPI document.
    #[track_caller]
    pub fn write(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<(&str, String)>,
    ) -> impl Future<Output = Answer> + use<> {
        let caller = Location::caller();
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
            let answer = send_request(&format!("{caller}: {method} {path}"), request).await;
            let body = decode(answer.header("content-encoding"), &answer.body);
            exchanges::record(caller, &format!("{method} {path}"), answer.status, &body);
            let names = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
            let media = answer.header("content-type");
            let response = openapi::Answer { status: answer.status, headers: names, media, body: &body };
            if let Some(broken) = CONTRACT.broken(method.as_str(), &path, &response) {
                panic!("{caller}: {method} {path} violates the OpenAPI document: {broken}");
            }
            answer
        }
    }
}

/// Time limit of a request. The time limits of the service are much shorter.
const LIMIT: Duration = Duration::from_mins(1);

async fn send_request(what: &str, request: reqwest::RequestBuilder) -> Answer {
    let response =
        request.timeout(LIMIT).send().await.unwrap_or_else(|error| panic!("{what} received no response: {error:?}"));
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body =
        response.bytes().await.unwrap_or_else(|error| panic!("{what} received an incomplete response: {error:?}"));
    Answer { status, headers, body: body.to_vec() }
}

impl Answer {
    /// Returns the body as JSON. Panics if it is not JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// Returns the body as text. Panics if it is not UTF-8.
    #[track_caller]
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("text")
    }

    /// Returns the value of a header, or an empty string if the response does not have it.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the last segment of the problem type.
    #[track_caller]
    pub fn problem(&self) -> String {
        let media = self.header("content-type");
        assert_eq!(media, "application/problem+json", "expected a problem, received status {}", self.status);
        self.json()["type"].as_str().expect("a type").trim_start_matches("/problems/").to_owned()
    }

    /// Returns the `ETag` header, or an empty string if the response has none.
    pub fn etag(&self) -> &str {
        self.header("etag")
    }

    /// Returns one member of each item of a list.
    #[track_caller]
    pub fn each(&self, member: &str) -> Vec<Value> {
        self.json()["items"].as_array().expect("items").iter().map(|item| item[member].clone()).collect()
    }

    /// Returns the slug of each item of a list.
    #[track_caller]
    pub fn slugs(&self) -> Vec<String> {
        self.each("slug").iter().map(|slug| slug.as_str().expect("a slug").to_owned()).collect()
    }
}

/// Returns the body without its content coding.
fn decode(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = vec![];
    match coding {
        "gzip" => flate2::read::GzDecoder::new(body).read_to_end(&mut plain).expect("gzip"),
        "br" => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain).expect("brotli"),
        "zstd" => zstd::Decoder::new(body).expect("zstd").read_to_end(&mut plain).expect("zstd"),
        _ => return body.to_vec(),
    };
    plain
}

/// Returns the OpenAPI document that every response is checked against.
pub fn contract() -> &'static Contract {
    &CONTRACT
}

/// Returns the media type of a JSON body.
pub fn json_media_type(method: &Method) -> &'static str {
    if *method == Method::PATCH { "application/merge-patch+json" } else { "application/json" }
}

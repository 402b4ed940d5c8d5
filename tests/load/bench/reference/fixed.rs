//! Fixed responses, stored in a folder by the benchmark and read by the references.

use std::collections::HashMap;
use std::path::Path;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Reference, fixed_path};
use tests::release::Response;

/// Headers that differ in each response, or that the HTTP layer adds.
const OWN: [&str; 4] = ["connection", "content-length", "date", "x-request-id"];

/// A response from memory.
#[derive(Clone)]
pub(super) struct Fixed {
    /// Status.
    pub(super) status: StatusCode,
    /// Headers.
    pub(super) headers: Vec<Header>,
    /// Body. Empty with 304.
    pub(super) body: Bytes,
    /// Whether the response has a request ID, and the request a log line.
    pub(super) is_logged: bool,
}

/// A header of a response.
#[derive(Clone)]
pub(super) struct Header {
    /// Name.
    pub(super) name: HeaderName,
    /// Value.
    pub(super) value: HeaderValue,
}

/// Stores a response of the service under a number.
pub(super) fn write(folder: &Path, number: usize, response: &Response) -> Result<()> {
    let mut headers = vec![];
    for (name, value) in response.headers.iter().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        headers.push(json!([name.as_str(), value.to_str()?]));
    }
    let head = json!({ "number": number, "status": response.status, "headers": headers });
    std::fs::write(folder.join(format!("{number}.json")), head.to_string())?;
    Ok(std::fs::write(folder.join(format!("{number}.body")), &response.body)?)
}

/// Returns the fixed responses by path: each with all headers and a log line, and each with its media type only.
pub(super) fn read(folder: &Path) -> Result<HashMap<String, Fixed>> {
    let mut responses = HashMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let head: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        let number = head.get("number").and_then(Value::as_u64).and_then(|number| number.try_into().ok());
        let number = number.context("a number")?;
        let body = Bytes::from(std::fs::read(path.with_extension("body"))?);
        let status = head.get("status").and_then(Value::as_u64).and_then(|status| status.try_into().ok());
        let status = StatusCode::from_u16(status.context("a status")?)?;
        let full = Fixed { status, headers: headers(&head)?, body, is_logged: true };
        let is_basic = |header: &Header| [CONTENT_TYPE, CONTENT_ENCODING].contains(&header.name);
        let basic = full.headers.iter().filter(|header| is_basic(header)).cloned().collect();
        let ceiling = Fixed { headers: basic, is_logged: false, ..full.clone() };
        responses.insert(fixed_path(Reference::SameHeaders, number), full);
        responses.insert(fixed_path(Reference::Ceiling, number), ceiling);
    }
    Ok(responses)
}

fn headers(head: &Value) -> Result<Vec<Header>> {
    let lines = head.get("headers").and_then(Value::as_array).context("headers")?;
    let header = |line: &Value| -> Result<Header> {
        let part = |index: usize| line.get(index).and_then(Value::as_str).context("a header");
        Ok(Header { name: part(0)?.parse()?, value: part(1)?.parse()? })
    };
    lines.iter().map(header).collect()
}

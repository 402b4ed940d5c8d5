//! Bodies in JSON.

use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use validator::Validate;

use super::guard::BODY;
use crate::base::error::{Error, Result, Violation};
use crate::base::validation::{Checked, escaped, parse};

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(15);
/// A merge patch (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// JSON that was sent, read strictly.
pub(crate) struct Body {
    pub value: Value,
    /// What in it can be understood in two ways.
    pub doubts: Vec<Violation>,
    /// Of its bytes; the same for the same body.
    pub digest: String,
}

/// A body, and everything that is wrong with it.
pub(crate) struct Json<T> {
    pub checked: Checked<T>,
    pub digest: String,
}

impl<T: Serialize + DeserializeOwned + Validate + 'static> FromRequest for Json<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(req, payload, "application/json");
        Box::pin(async move {
            let Body { value, doubts, digest } = body.await?;
            Ok(Self { checked: Checked::read(value, doubts), digest })
        })
    }
}

/// Several bodies in a list, each with everything that is wrong with it.
pub(crate) struct BatchBody<T> {
    pub items: Vec<Checked<T>>,
    pub digest: String,
}

/// The most that one request may create.
const MOST: usize = 1000;

impl<T: Serialize + DeserializeOwned + Validate + 'static> FromRequest for BatchBody<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(req, payload, "application/json");
        Box::pin(async move {
            let Body { value, doubts, digest } = body.await?;
            let Value::Array(values) = value else {
                return Err(Error::Invalid(vec![Violation::pointer("", "must be a list of entries")]));
            };
            if !(1..=MOST).contains(&values.len()) {
                return Err(Error::Invalid(vec![Violation::pointer("", format!("must have 1 to {MOST} entries"))]));
            }
            let mut doubts = doubts.into_iter().map(of_item).collect::<Vec<_>>();
            let read = |(index, value)| {
                let own = doubts.extract_if(.., |(of, _)| *of == index).map(|(_, doubt)| doubt);
                Checked::read(value, own.collect())
            };
            Ok(Self { items: values.into_iter().enumerate().map(read).collect(), digest })
        })
    }
}

/// The item that a violation is about, and the violation as one of that item.
fn of_item(violation: Violation) -> (usize, Violation) {
    let pointer = violation.pointer.clone().unwrap_or_default();
    let (index, rest) = pointer.trim_start_matches('/').split_once('/').unwrap_or((&pointer, ""));
    let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
    (index.trim_start_matches('/').parse().unwrap_or_default(), Violation { pointer: Some(rest), ..violation })
}

/// A merge patch of a `T`.
pub(crate) struct Patch<T>(Body, PhantomData<T>);

impl<T: Serialize + DeserializeOwned + Validate> Patch<T> {
    /// What becomes of a value, held to the same rules as one that is sent whole.
    pub(crate) fn apply(&self, current: &T) -> Result<Checked<T>> {
        let Body { value, doubts, .. } = &self.0;
        if !value.is_object() {
            return Err(Error::Invalid(vec![Violation::pointer("", "must be an object with the members to change")]));
        }
        let mut patched = serde_json::to_value(current).map_err(Error::internal)?;
        json_patch::merge(&mut patched, value);
        Ok(Checked::read(patched, doubts.clone()))
    }

    /// Whether the patch sets or removes the member at a pointer, or one that it belongs to.
    pub(crate) fn sets(&self, pointer: &str) -> bool {
        let ends = pointer.match_indices('/').skip(1).map(|(end, _)| end).chain([pointer.len()]);
        let member = |end| self.0.value.pointer(pointer.get(..end)?);
        ends.filter_map(member).last().is_some_and(|last| !last.is_object() || self.0.value.pointer(pointer).is_some())
    }
}

impl<T: 'static> FromRequest for Patch<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(req, payload, MERGE_PATCH);
        Box::pin(async move { Ok(Self(body.await?, PhantomData)) })
    }
}

fn body(req: &HttpRequest, payload: &mut Payload, media: &'static str) -> impl Future<Output = Result<Body>> + use<> {
    let sent = req.headers().get(CONTENT_TYPE).and_then(|sent| sent.to_str().ok()).unwrap_or_default();
    let fits = sent.split(';').next().is_some_and(|sent| sent.trim().eq_ignore_ascii_case(media));
    let payload = payload.take();
    async move {
        if !fits {
            return Err(Error::MediaType(media));
        }
        let bytes = bytes(payload).await?;
        let (value, doubts) = parse(&bytes).map_err(|error| Error::Json(error.to_string()))?;
        Ok(Body { value, doubts, digest: hex(&Sha256::digest(&bytes)) })
    }
}

/// Reads a body, if it is no longer and no slower than it may be.
async fn bytes(mut payload: Payload) -> Result<Vec<u8>> {
    let read = async {
        let mut bytes = vec![];
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Error::Json("it broke off".to_owned()))?;
            if bytes.len() + chunk.len() > BODY {
                return Err(Error::TooLarge(BODY));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(PATIENCE, read).await.map_err(|_| Error::Slow(PATIENCE.as_secs()))?
}

/// The body of an operation that takes none: nothing, or an empty object, as some clients send with every POST. What is sent
/// beyond that would be dropped unseen, so it is refused.
pub(crate) struct NoBody;

impl FromRequest for NoBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = payload.take();
        Box::pin(async move {
            let bytes = bytes(payload).await?;
            if bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(Self);
            }
            let (value, _) = parse(&bytes).map_err(|error| Error::Json(error.to_string()))?;
            let Value::Object(members) = value else {
                let detail = "must be left out: this operation takes no body, or an empty object";
                return Err(Error::Invalid(vec![Violation::pointer("", detail)]));
            };
            let unknown = members.keys().take(MOST_UNKNOWN).map(|name| {
                let detail = format!("unknown member `{name}`; this operation takes no body, or an empty object");
                Violation::pointer(format!("/{}", escaped(name)), detail)
            });
            let unknown: Vec<Violation> = unknown.collect();
            if unknown.is_empty() { Ok(Self) } else { Err(Error::Invalid(unknown)) }
        })
    }
}

/// Unknown members that are named.
const MOST_UNKNOWN: usize = 100;

/// Bytes as text.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

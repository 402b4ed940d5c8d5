//! JSON request bodies.

use std::marker::PhantomData;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::connection::expect_body;
use super::guard::MAX_BODY;
use super::rate::Account;
use crate::base::error::{Error, JsonType, Result, Rule, Violation};
use crate::base::validation::{Checked, Received, escaped, normalise, parse};

/// Time limit for receiving a body.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// Media type of a merge patch (RFC 7396).
const MERGE_PATCH: &str = "application/merge-patch+json";

/// Byte order mark in UTF-8, which some clients put in front of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A strictly parsed JSON body.
pub(crate) struct Body {
    /// The parsed value.
    pub value: Value,
    /// Violations for ambiguous parts, which are duplicate members and NUL characters.
    pub doubts: Vec<Violation>,
    /// SHA-256 digest of the bytes, in hexadecimal.
    pub digest: String,
}

/// A typed body with all its violations.
pub(crate) struct Json<T> {
    /// The value, with its violations.
    pub checked: Checked<T>,
    /// SHA-256 digest of the bytes, in hexadecimal.
    pub digest: String,
}

impl<T: Received + 'static> FromRequest for Json<T> {
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

/// A list of typed bodies, each with all its violations.
pub(crate) struct BatchBody<T> {
    /// The items, each with its violations.
    pub items: Vec<Checked<T>>,
    /// SHA-256 digest of the bytes, in hexadecimal.
    pub digest: String,
}

/// Largest number of entries in one request.
const MOST: usize = 1000;

impl<T: Received + 'static> FromRequest for BatchBody<T> {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(req, payload, "application/json");
        Box::pin(async move {
            let Body { value, doubts, digest } = body.await?;
            let Value::Array(values) = value else {
                return Err(Error::Invalid(vec![Violation::pointer("", Rule::Type { expected: JsonType::Array })]));
            };
            if !(1..=MOST).contains(&values.len()) {
                return Err(Error::Invalid(vec![Violation::pointer("", Rule::items(1, MOST))]));
            }
            let mut doubts = doubts.into_iter().map(Violation::split_index).collect::<Vec<_>>();
            let read = |(index, value)| {
                let own = doubts.extract_if(.., |(of, _)| *of == index).map(|(_, doubt)| doubt);
                Checked::read(value, own.collect())
            };
            Ok(Self { items: values.into_iter().enumerate().map(read).collect(), digest })
        })
    }
}

/// A merge patch of a `T`.
pub(crate) struct Patch<T>(Body, PhantomData<T>);

impl<T: Received> Patch<T> {
    /// Applies the patch to a value, and validates the result like a full body. Fails if the patch is not an object.
    pub(crate) fn apply(&self, current: &T) -> Result<Checked<T>> {
        let Body { value, doubts, .. } = &self.0;
        if !value.is_object() {
            return Err(Error::Invalid(vec![Violation::pointer("", Rule::Type { expected: JsonType::Object })]));
        }
        let (mut patched, mut patch) = (serde_json::to_value(current).map_err(Error::internal)?, value.clone());
        // Links in the patch are replaced by keys first, because a link must not be merged with the current value.
        normalise::<T>(&mut patch);
        json_patch::merge(&mut patched, &patch);
        Ok(Checked::read(patched, doubts.clone()))
    }

    /// Returns whether the patch sets or removes the member at a pointer, or a member that contains it.
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
    let bytes = bytes(req, payload);
    async move {
        if !fits {
            return Err(Error::MediaType(media));
        }
        let bytes = bytes.await?;
        let (value, doubts) = parse(&bytes).map_err(|error| malformed(&error))?;
        Ok(Body { value, doubts, digest: hex(&Sha256::digest(&bytes)) })
    }
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::Json(Box::new(Violation::line(error.line(), Rule::JsonSyntax { reason: error.to_string() })))
}

/// Reads a body within the limits of size and time, without a byte order mark (RFC 8259, 8.1).
fn bytes(req: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Vec<u8>>> + use<> {
    let (req, mut payload) = (req.clone(), payload.take());
    let read = async move {
        expect_body(&req);
        let mut bytes = vec![];
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Error::Json(Box::new(Violation::pointer("", Rule::IncompleteBody {}))))?;
            if bytes.len() + chunk.len() > MAX_BODY {
                return Err(Error::TooLarge(MAX_BODY));
            }
            bytes.extend_from_slice(&chunk);
        }
        if let Some(account) = Account::of(&req) {
            account.charge_body(&req, bytes.len())?;
        }
        if bytes.starts_with(BYTE_ORDER_MARK) {
            bytes.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(bytes)
    };
    async { tokio::time::timeout(BODY_TIMEOUT, read).await.map_err(|_| Error::Slow(BODY_TIMEOUT.as_secs()))? }
}

/// Extractor for operations without a request body. Accepts no body or an empty object, which some clients send with
/// every POST. Refuses any other body, because its content would be ignored.
pub(crate) struct NoBody;

impl FromRequest for NoBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = bytes(req, payload);
        Box::pin(async move {
            let bytes = bytes.await?;
            if bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(Self);
            }
            let (value, _) = parse(&bytes).map_err(|error| malformed(&error))?;
            let Value::Object(members) = value else {
                return Err(Error::Invalid(vec![Violation::pointer("", Rule::NoBody {})]));
            };
            let unknown = |name: &String| {
                let rule = Rule::UnknownMember { field: name.clone(), allowed: vec![] };
                Violation::pointer(format!("/{}", escaped(name)), rule)
            };
            let unknown: Vec<Violation> = members.keys().take(MOST_UNKNOWN).map(unknown).collect();
            if unknown.is_empty() { Ok(Self) } else { Err(Error::Invalid(unknown)) }
        })
    }
}

/// Largest number of unknown members that are reported.
const MOST_UNKNOWN: usize = 100;

/// Returns bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};
    use serde_json::json;
    use validator::{Validate, ValidationErrors};

    use super::*;
    use crate::base::property::config;

    /// An input that any JSON value fits.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Anything(Value);

    impl Validate for Anything {
        fn validate(&self) -> Result<(), ValidationErrors> {
            Ok(())
        }
    }

    impl Received for Anything {}

    /// Values that are stored as they were sent. The leaves of the tree are `leaf`, or lists without null.
    fn values(leaf: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
        let list = vec("[a-c]{0,2}", 0..3).prop_map(Value::from);
        let leaf = prop_oneof![leaf, any::<i64>().prop_map(Value::from), "[a-z]{0,3}".prop_map(Value::from), list];
        leaf.prop_recursive(3, 24, 4, object)
    }

    fn object(member: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
        btree_map("[a-d/~]", member, 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
    }

    fn patched(current: &Value, patch: &Value) -> Value {
        let body = Body { value: patch.clone(), doubts: vec![], digest: String::new() };
        let checked = Patch(body, PhantomData).apply(&Anything(current.clone())).unwrap();
        checked.into_valid().unwrap().0
    }

    /// Returns the members of a value, each with its JSON pointer. A list, and an empty object, counts as one member.
    fn leaves(value: &Value, pointer: &str) -> Vec<(String, Value)> {
        match value.as_object().filter(|members| !members.is_empty()) {
            Some(members) => members
                .iter()
                .flat_map(|(name, member)| leaves(member, &format!("{pointer}/{}", escaped(name))))
                .collect(),
            None => vec![(pointer.to_owned(), value.clone())],
        }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn patched_value_has_the_members_of_the_patch(
            current in object(values(Just(json!(true)))), patch in object(values(Just(Value::Null))),
        ) {
            let result = patched(&current, &patch);

            for (pointer, value) in leaves(&patch, "") {
                let found = result.pointer(&pointer);
                match value {
                    Value::Null => prop_assert_eq!(found, None, "{}", pointer),
                    Value::Object(_) => prop_assert!(found.is_some_and(Value::is_object), "{}", pointer),
                    value => prop_assert_eq!(found, Some(&value), "{}", pointer),
                }
            }
            prop_assert_eq!(patched(&result, &patch), result);
        }

        #[test]
        fn member_that_is_not_set_keeps_its_value(
            current in object(values(Just(json!(true)))), patch in object(values(Just(Value::Null))),
        ) {
            let result = patched(&current, &patch);
            let body = Body { value: patch, doubts: vec![], digest: String::new() };
            let patch: Patch<Anything> = Patch(body, PhantomData);

            for (pointer, _) in leaves(&current, "").into_iter().chain(leaves(&result, "")) {
                if !patch.sets(&pointer) {
                    prop_assert_eq!(result.pointer(&pointer), current.pointer(&pointer), "{}", pointer);
                }
            }
        }
    }
}

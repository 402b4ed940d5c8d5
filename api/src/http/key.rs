//! Path parameters that identify an entry.

use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::{IntoParams, schema};
use uuid::Uuid;

use super::route::Route;
use crate::base::error::{Error, Result};

/// The slug, ID or official key of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryKey(String);

/// A key with its kind: the ID (UUID), the slug, or the official key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Name<'a> {
    Id(Uuid),
    Slug(&'a str),
    /// An official key: digits only.
    Official(&'a str),
}

impl EntryKey {
    /// Returns the key with the ID of an entry.
    pub(crate) fn of(id: Uuid) -> Self {
        Self(id.to_string())
    }

    /// Returns the key with its kind. A UUID is an ID, digits only are an official key, and any other key is a slug.
    pub(crate) fn name(&self) -> Name<'_> {
        match self.0.parse() {
            Ok(id) => Name::Id(id),
            Err(_) if self.0.bytes().all(|byte| byte.is_ascii_digit()) => Name::Official(&self.0),
            Err(_) => Name::Slug(&self.0),
        }
    }
}

impl fmt::Display for EntryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromRequest for EntryKey {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    /// Responds with 404 to a key of invalid form, without a database query.
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let possible = |key: &&str| {
            (1..=100).contains(&key.len())
                && key
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
        };
        let possible = |key: &&str| possible(key) || key.parse::<Uuid>().is_ok();
        ready(match req.match_info().get("key").filter(possible) {
            Some(key) => Ok(Self(key.to_owned())),
            None => Err(not_found(req, "key")),
        })
    }
}

/// Returns the UUID in a path parameter. Fails with `Error::NotFound` for any other text.
pub(crate) fn uuid_in_path(req: &HttpRequest, name: &str) -> Result<Uuid> {
    let id = req.match_info().get(name).and_then(|id| id.parse().ok());
    id.ok_or_else(|| not_found(req, name))
}

/// Returns the error for a path parameter that identifies no item of the collection before it in the path.
pub(crate) fn not_found(req: &HttpRequest, name: &str) -> Error {
    let pattern = Route::of(req).unwrap_or_default();
    let depth = pattern.split('/').take_while(|part| part.trim_matches(['{', '}']) != name).count();
    let collection = req.path().split('/').take(depth).collect::<Vec<_>>().join("/");
    Error::not_found(collection, req.match_info().get(name).unwrap_or_default())
}

/// Path parameter `id`, for resources whose items have no slug.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Id(pub Uuid);

impl FromRequest for Id {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(uuid_in_path(req, "id").map(Self))
    }
}

impl IntoParams for Id {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let id = ParameterBuilder::new().name("id").parameter_in(ParameterIn::Path).required(Required::True);
        let id = id.description(Some("ID of the item (UUID).")).schema(Some(schema!(Uuid)));
        vec![id.example(Some("0197f2a0-0000-7000-8000-000000000000".into())).build()]
    }
}

//! Query parameters of requests for one entry.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema};

use super::format::{Feature, Format, Record, Represented};
use super::negotiate::{name_offered, negotiate};
use super::request::{Pairs, names};
use crate::base::error::{Error, Result, Rule, Violation};

/// Query parameters that choose the members and the format of a representation.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct RepresentationParams {
    /// Names of the members to include, separated by commas or repeated. Defaults to all members. Applies to `json`,
    /// `ndjson`, the columns of `csv` and the properties in `geojson`.
    #[param(style = Form, explode = true, example = json!(["slug"]))]
    fields: Vec<String>,
    /// Representation format. Takes precedence over `Accept`.
    #[param(value_type = Option<Format>, inline, example = "json")]
    format: Option<Format>,
    /// Names of the requested members. Empty for all members.
    #[serde(skip)]
    #[param(ignore)]
    pub picked: Vec<String>,
}

impl RepresentationParams {
    /// Chooses the format by `format`, or by `Accept` if `format` is omitted. Fails with `Error::NotAcceptable` if the format
    /// is not among `offered`.
    pub(crate) fn negotiate(&mut self, req: &HttpRequest, offered: &[Format]) -> Result<()> {
        self.format = Some(negotiate(req.headers(), self.format, offered)?);
        Ok(())
    }

    /// Returns the negotiated format. Defaults to JSON.
    pub(crate) fn chosen(&self) -> Format {
        self.format.unwrap_or(Format::Json)
    }

    fn picked_from(&self, mut value: Value) -> Value {
        if let (false, Some(members)) = (self.picked.is_empty(), value.as_object_mut()) {
            members.retain(|name, _| self.picked.contains(name));
        }
        value
    }

    /// Returns whether all members are included.
    pub(crate) fn is_whole(&self) -> bool {
        self.picked.is_empty()
    }

    /// Returns the entry as a `GeoJSON` feature.
    pub(crate) fn feature(&self, entry: &Represented<impl Record>) -> Result<Feature> {
        let whole = entry.value()?;
        let id = whole.get("id").cloned().unwrap_or_default();
        let shown = self.picked_from(whole);
        entry.read(|record| Feature::new(record, id, shown))
    }
}

/// Splits the values of `fields` at commas, and returns a violation for each name that the type does not have.
pub(crate) fn fields<T: PartialSchema>(representation: &mut RepresentationParams) -> Vec<Violation> {
    let asked = representation.fields.iter().flat_map(|list| list.split(',')).map(str::trim);
    representation.picked = asked.filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let RefOr::T(Schema::Object(object)) = T::schema() else {
        return vec![];
    };
    let known: Vec<&str> = object.properties.keys().map(String::as_str).collect();
    let is_empty = |list: &&String| list.trim_matches([',', ' ']).is_empty();
    let empty = representation.fields.iter().filter(is_empty);
    let unknown = representation.picked.iter().filter(|name| !known.contains(&name.as_str()));
    empty
        .chain(unknown)
        .map(|name| Violation::parameter("fields", Rule::unknown_value(name, known.iter().copied())))
        .collect()
}

/// The query string of a request for one entry.
pub(crate) struct EntryParams<T> {
    /// Members and format of the representation.
    pub representation: RepresentationParams,
    item: PhantomData<T>,
}

impl<T: Record> FromRequest for EntryParams<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            let pairs = Pairs::parse(req.query_string());
            let mut violations = pairs.unknown(&names::<RepresentationParams>());
            let mut representation: RepresentationParams = pairs.read(&mut violations);
            name_offered(&mut violations, T::ENTRIES);
            violations.extend(fields::<T>(&mut representation));
            if !violations.is_empty() {
                return Err(Error::Parameters(violations));
            }
            representation.negotiate(req, T::ENTRIES)?;
            Ok(Self { representation, item: PhantomData })
        };
        ready(read())
    }
}

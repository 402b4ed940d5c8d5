//! Parses query strings into typed values, and reports all violations together.

use std::collections::BTreeMap;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{RefOr, Schema, Type};

use crate::base::error::{Error, JsonType, Result, Rule, Violation};
use crate::base::validation::rule_of;

/// Parameters of a query string. The values of each parameter keep their order.
pub(crate) struct Pairs(BTreeMap<String, Vec<String>>);

impl Pairs {
    /// Parses a query string that the guard has checked.
    pub(crate) fn parse(query: &str) -> Self {
        let mut pairs: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
            pairs.entry(key.into_owned()).or_default().push(value.into_owned());
        }
        Self(pairs)
    }

    /// Returns the query string in canonical order, without some parameters.
    pub(crate) fn canonical(&self, without: &[&str]) -> String {
        let kept = self.0.iter().filter(|(key, _)| !without.contains(&key.as_str()));
        encode(kept.flat_map(|(key, values)| values.iter().map(move |value| (key.as_str(), value.as_str()))))
    }

    /// Returns whether a parameter is given.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Returns the values of a parameter.
    pub(crate) fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }

    /// Returns the value of a parameter that is given once.
    pub(crate) fn only(&self, name: &str) -> Option<&str> {
        if let [value] = self.0.get(name)?.as_slice() { Some(value) } else { None }
    }

    /// Returns a violation for each parameter that is not among `known`.
    pub(crate) fn unknown(&self, known: &[String]) -> Vec<Violation> {
        let unknown = self.0.keys().filter(|key| !known.contains(key));
        let rule = |key: &String| Rule::UnknownParameter { field: key.clone(), allowed: known.to_vec() };
        unknown.map(|key| Violation::parameter(key, rule(key))).collect()
    }

    /// Parses the parameters of `T`. Each parameter is parsed alone first, to find all violations. Parameters without a
    /// violation are used even if other parameters have one.
    pub(crate) fn read<T: DeserializeOwned + IntoParams + Default>(&self, violations: &mut Vec<Violation>) -> T {
        let parameters = T::into_params(|| Some(ParameterIn::Query));
        let mut good = vec![];
        for (key, values) in &self.0 {
            let Some(parameter) = parameters.iter().find(|parameter| parameter.name == *key) else { continue };
            match one::<T>(key, values) {
                // The parser treats an empty value like an absent parameter.
                Ok(_) if is_boolean(parameter) && values.iter().any(String::is_empty) => {
                    violations.push(Violation::parameter(key, Rule::Type { expected: JsonType::Boolean }));
                }
                Ok(_) => good.extend(values.iter().map(|value| (key.as_str(), value.as_str()))),
                Err(error) => {
                    let alone = |value| one::<T>(key, std::slice::from_ref(value)).is_ok();
                    let once = values.len() > 1 && values.iter().all(alone);
                    let rule = if once { Rule::RepeatedParameter {} } else { rule_of(&error.to_string()) };
                    violations.push(Violation::parameter(key, rule));
                }
            }
        }
        // Parameters that are valid one by one are valid together.
        serde_html_form::from_str(&encode(good.into_iter())).unwrap_or_default()
    }
}

/// Fails with `Error::Parameters` if the request has a query string.
pub(crate) fn reject_query(req: &HttpRequest) -> Result<()> {
    let unknown = Pairs::parse(req.query_string()).unknown(&[]);
    if unknown.is_empty() { Ok(()) } else { Err(Error::Parameters(unknown)) }
}

/// Query parameters of an operation. Any other parameter is refused.
pub(crate) trait Params: Sized {
    /// Reads the query string. Fails with `Error::Parameters`, with all violations.
    fn read(req: &HttpRequest) -> Result<Self>;
}

impl<T: DeserializeOwned + IntoParams + Default> Params for T {
    fn read(req: &HttpRequest) -> Result<Self> {
        let pairs = Pairs::parse(req.query_string());
        let mut violations = pairs.unknown(&names::<T>());
        let query = pairs.read(&mut violations);
        if violations.is_empty() { Ok(query) } else { Err(Error::Parameters(violations)) }
    }
}

/// Extractor for the query parameters `T`.
pub(crate) struct QueryString<T>(pub T);

impl<T: Params> FromRequest for QueryString<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(T::read(req).map(Self))
    }
}

fn is_boolean(parameter: &Parameter) -> bool {
    matches!(&parameter.schema, Some(RefOr::T(Schema::Object(schema))) if schema.schema_type == SchemaType::Type(Type::Boolean))
}

fn one<T: DeserializeOwned>(key: &str, values: &[String]) -> Result<T, serde_html_form::de::Error> {
    serde_html_form::from_str(&encode(values.iter().map(|value| (key, value.as_str()))))
}

fn encode<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(pairs).finish()
}

/// Returns the names of the query parameters of a type.
pub(crate) fn names<T: IntoParams>() -> Vec<String> {
    T::into_params(|| Some(ParameterIn::Query)).into_iter().map(|parameter| parameter.name).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::base::property::config;

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn canonical_form_is_stable(query: String) {
            let canonical = Pairs::parse(&query).canonical(&[]);

            prop_assert_eq!(Pairs::parse(&canonical).canonical(&[]), canonical);
        }

        #[test]
        fn canonical_form_does_not_depend_on_the_order_of_parameters(values: [String; 3]) {
            let pairs: Vec<_> = ["a", "b", "c"].into_iter().zip(values.iter().map(String::as_str)).collect();
            let canonical = encode(pairs.iter().copied());

            for order in [[2, 1, 0], [1, 2, 0], [0, 1, 2]] {
                let query = encode(order.into_iter().map(|place| pairs[place]));
                prop_assert_eq!(&Pairs::parse(&query).canonical(&[]), &canonical);
            }
        }
    }
}

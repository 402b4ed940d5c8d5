//! Sort order of a list.

use serde::de::{Error, IntoDeserializer};
use serde::{Deserialize, Deserializer};
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

use crate::base::error::Rule;

/// Sort fields of a resource.
pub(crate) trait Order: Copy + for<'de> Deserialize<'de> + 'static {
    /// Values of `sort` without a leading minus.
    const VALUES: &'static [&'static str];
}

/// A sort order: ascending, or descending with a leading minus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sort<O> {
    /// Sort field.
    pub by: O,
    /// Whether the order is descending.
    pub descending: bool,
}

impl<'de, O: Order> Deserialize<'de> for Sort<O> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text.as_str()),
        };
        let by: Result<O, serde::de::value::Error> = O::deserialize(name.into_deserializer());
        match by {
            Ok(by) => Ok(Self { by, descending }),
            Err(_) => Err(D::Error::custom(Rule::unknown_value(&text, Self::values()))),
        }
    }
}

impl<O: Order> Sort<O> {
    /// Returns all values of the parameter.
    fn values() -> impl Iterator<Item = String> {
        O::VALUES.iter().flat_map(|value| [(*value).to_owned(), format!("-{value}")])
    }

    /// Returns the schema of the parameter `sort`.
    pub(crate) fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Self::values())).into()
    }
}

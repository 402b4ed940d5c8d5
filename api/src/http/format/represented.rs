//! Entries in the form in which they were read: built from their rows, or as stored JSON.

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::record::Record;
use crate::base::error::{Error, Result};

/// An entry in the form in which it was read.
pub(crate) enum Represented<T> {
    /// Built from its row.
    Built(T),
    /// The stored JSON.
    Stored(StoredEntry<T>),
}

/// An entry as stored JSON.
pub(crate) struct StoredEntry<T> {
    /// Directory version of the last change.
    pub revision: i64,
    /// Time of the last change.
    pub updated_at: DateTime<Utc>,
    /// The entry as in the response to GET.
    pub json: String,
    /// Parses the JSON. Formats other than JSON and CSV require the typed entry.
    pub parse: fn(&str) -> serde_json::Result<T>,
}

impl<T: Record> Represented<T> {
    /// Returns the directory version of the last change. `None` for items that are part of the program.
    pub(crate) fn revision(&self) -> Option<i64> {
        match self {
            Self::Built(entry) => entry.revision(),
            Self::Stored(entry) => Some(entry.revision),
        }
    }

    /// Returns the time of the last change. `None` for items that are part of the program.
    pub(crate) fn updated_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Built(entry) => entry.updated_at(),
            Self::Stored(entry) => Some(entry.updated_at),
        }
    }

    /// Returns the typed entry.
    pub(crate) fn into_record(self) -> Result<T> {
        match self {
            Self::Built(entry) => Ok(entry),
            Self::Stored(entry) => (entry.parse)(&entry.json).map_err(Error::internal),
        }
    }

    /// Runs a function on the typed entry.
    pub(crate) fn read<R>(&self, read: impl FnOnce(&T) -> R) -> Result<R> {
        match self {
            Self::Built(entry) => Ok(read(entry)),
            Self::Stored(entry) => (entry.parse)(&entry.json).map(|entry| read(&entry)).map_err(Error::internal),
        }
    }

    /// Returns the entry as a JSON value.
    pub(crate) fn value(&self) -> Result<Value> {
        match self {
            Self::Built(entry) => serde_json::to_value(entry).map_err(Error::internal),
            Self::Stored(entry) => serde_json::from_str(&entry.json).map_err(Error::internal),
        }
    }

    /// Appends the JSON of the entry with the members in `picked`, or with all members if `picked` is empty.
    pub(crate) fn write_json(&self, picked: &[String], out: &mut Vec<u8>) -> Result<()> {
        let json = match self {
            Self::Built(entry) => Cow::Owned(serde_json::to_string(entry).map_err(Error::internal)?),
            Self::Stored(entry) => Cow::Borrowed(&entry.json),
        };
        if picked.is_empty() {
            out.extend(json.as_bytes());
            return Ok(());
        }
        let Members(members) = serde_json::from_str(&json).map_err(Error::internal)?;
        out.push(b'{');
        for (index, (name, value)) in members.iter().filter(|(name, _)| picked.iter().any(|p| p == name)).enumerate() {
            if index > 0 {
                out.push(b',');
            }
            serde_json::to_writer(&mut *out, name).map_err(Error::internal)?;
            out.push(b':');
            out.extend(value.get().as_bytes());
        }
        out.push(b'}');
        Ok(())
    }
}

/// The members of an object in their order, with the bytes of their values.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = vec![];
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Reader)
    }
}

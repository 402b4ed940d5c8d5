//! Strict JSON parsing. Duplicate members and NUL characters, which parsers treat differently (RFC 8259), are violations,
//! as are null and lists in the place of objects.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::field_error::escaped;
use crate::base::error::{CharacterAt, JsonType, Rule, Violation};

/// Largest number of violations that are reported for one entry.
pub(super) const MOST: usize = 100;

/// Largest number of items of a list. A batch has up to 1,000. Without the limits, a body could take a hundred times its size in
/// memory.
const MOST_ITEMS: usize = 5_000;

/// Largest number of values. A batch of working groups with a hundred members each has 300,000.
const MOST_VALUES: usize = 400_000;

/// Parses JSON. Returns the value, and violations for duplicate members and NUL characters.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Value, Vec<Violation>), serde_json::Error> {
    let (found, values) = (RefCell::new(vec![]), Cell::new(0));
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = Place { pointer: String::new(), found: &found, values: &values }.deserialize(&mut json)?;
    json.end()?;
    Ok((value, found.into_inner()))
}

/// A position in the document, with the list of violations.
struct Place<'f> {
    pointer: String,
    found: &'f RefCell<Vec<Violation>>,
    /// Number of values that were read.
    values: &'f Cell<usize>,
}

impl Place<'_> {
    fn below(&self, part: impl fmt::Display) -> Self {
        Self { pointer: format!("{}/{part}", self.pointer), found: self.found, values: self.values }
    }

    fn note(&self, rule: Rule) {
        let mut found = self.found.borrow_mut();
        // A batch has up to 1000 entries, each with up to `MOST` violations.
        if found.len() >= 1000 * MOST {
            return;
        }
        found.push(Violation::pointer(self.pointer.as_str(), rule));
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.values.set(self.values.get() + 1);
        if self.values.get() > MOST_VALUES {
            return Err(D::Error::custom(format_args!("more than {MOST_VALUES} values")));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        let found = (1..).zip(value.chars()).filter(|(_, letter)| *letter == '\0').take(10);
        let characters: Vec<CharacterAt> = found.map(|(position, letter)| CharacterAt::new(letter, position)).collect();
        if !characters.is_empty() {
            self.note(Rule::ControlCharacters { characters });
        }
        Ok(value.replace('\0', "").into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = vec![];
        while let Some(item) = items.next_element_seed(self.below(list.len()))? {
            list.push(item);
            if list.len() > MOST_ITEMS {
                return Err(A::Error::custom(format_args!("a list with more than {MOST_ITEMS} items")));
            }
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let (mut map, mut reported) = (Map::new(), HashSet::new());
        while let Some(name) = members.next_key::<String>()? {
            if name.contains('\0') {
                return Err(A::Error::custom("the name of a member contains a NUL character"));
            }
            let place = self.below(escaped(&name));
            if map.contains_key(&name) && reported.insert(name.clone()) {
                place.note(Rule::DuplicateMember { field: name.clone() });
            }
            map.insert(name, members.next_value_seed(place)?);
        }
        Ok(map.into())
    }
}

/// Adds a violation for each null. Absent members must be omitted.
pub(super) fn nulls(json: &Value, pointer: String, violations: &mut Vec<Violation>) {
    match json {
        _ if violations.len() >= MOST => {}
        Value::Null => violations.push(Violation::pointer(pointer, Rule::NullValue {})),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| nulls(item, format!("{pointer}/{place}"), violations));
        }
        Value::Object(members) => {
            let below = |name: &String| format!("{pointer}/{}", escaped(name));
            members.iter().for_each(|(name, member)| nulls(member, below(name), violations));
        }
        _ => {}
    }
}

/// Returns a violation for each list in the place of an object. Serde accepts a list of the members' values in their order.
pub(super) fn disguised(written: &Value, read: &Value, pointer: String) -> Vec<Violation> {
    match (written, read) {
        (Value::Array(_), Value::Object(_)) => {
            vec![Violation::pointer(pointer, Rule::Type { expected: JsonType::Object })]
        }
        (Value::Array(written), Value::Array(read)) => {
            let pairs = written.iter().zip(read).enumerate();
            pairs.flat_map(|(place, (written, read))| disguised(written, read, format!("{pointer}/{place}"))).collect()
        }
        (Value::Object(written), Value::Object(read)) => {
            let pairs = written.iter().filter_map(|(name, written)| Some((name, written, read.get(name)?)));
            pairs
                .flat_map(|(name, written, read)| disguised(written, read, format!("{pointer}/{}", escaped(name))))
                .collect()
        }
        _ => vec![],
    }
}

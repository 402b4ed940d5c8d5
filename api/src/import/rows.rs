//! Rows of a file: CSV, a JSON array, or one JSON value per line.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::error::LineError;
use crate::base::error::Result;

/// An entry of a file, as JSON.
pub(super) struct Row {
    pub line: u64,
    pub text: String,
}

/// Returns the elements of a JSON array.
pub(super) fn array(text: &str) -> Result<Vec<Row>, LineError> {
    let whole: Result<Vec<&RawValue>, _> = serde_json::from_str(text);
    let whole = whole.map_err(|error| LineError {
        line: error.line() as u64,
        pointer: String::new(),
        detail: "is not a JSON array; look for a missing comma, quotation mark or brace".to_owned(),
    })?;
    let mut line = 1;
    let mut counted = 0;
    let row = |raw: &RawValue| {
        // Elements are slices of the text, so the offset of an element gives its line.
        let begins = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        line += text.get(counted..begins).map_or(0, |passed| passed.matches('\n').count() as u64);
        counted = begins;
        Row { line, text: raw.get().to_owned() }
    };
    Ok(whole.into_iter().map(row).collect())
}

/// Returns the JSON values of a text with one value per line.
pub(super) fn lines(text: &str) -> Vec<Row> {
    let numbered = (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty());
    numbered.map(|(line, text)| Row { line, text: text.to_owned() }).collect()
}

/// A column of a CSV file.
pub(crate) struct Column {
    /// The member it holds, with full stops between the names of nested members.
    pub name: &'static str,
    pub is_number: bool,
}

impl Column {
    pub(crate) const fn text(name: &'static str) -> Self {
        Self { name, is_number: false }
    }

    pub(crate) const fn number(name: &'static str) -> Self {
        Self { name, is_number: true }
    }
}

/// Comma-separated values with a header; an empty cell is an absent member.
pub(super) fn csv(text: &str, columns: &[Column]) -> Result<Vec<Row>, LineError> {
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let flaw = |error: &::csv::Error| LineError {
        line: error.position().map_or(1, ::csv::Position::line),
        pointer: String::new(),
        detail: "has another number of columns than the header, or is not CSV".to_owned(),
    };
    let header = reader.headers().map_err(|error| flaw(&error))?.clone();
    let mut rows = vec![];
    for record in reader.records() {
        let record = record.map_err(|error| flaw(&error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        let mut members = Map::new();
        for (name, cell) in header.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            let number = || cell.parse::<i64>().map(Value::from).or_else(|_| cell.parse::<f64>().map(Value::from)).ok();
            let is_number = columns.iter().any(|column| column.name == name && column.is_number);
            insert(&mut members, name, is_number.then(number).flatten().unwrap_or_else(|| cell.into()));
        }
        rows.push(Row { line, text: Value::Object(members).to_string() });
    }
    Ok(rows)
}

/// Sets a member, given with full stops between the names of nested members.
fn insert(members: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => drop(members.insert(name.to_owned(), value)),
        Some((outer, inner)) => match members.entry(outer).or_insert_with(|| json!({})) {
            Value::Object(nested) => insert(nested, inner, value),
            // Another column has the outer member; under its whole name, this one is refused as unknown.
            _ => drop(members.insert(name.to_owned(), value)),
        },
    }
}

//! What stands in a file, row by row: CSV, a JSON array, or one JSON value a line.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::error::LineError;
use crate::base::error::Result;

/// An entry as it stands in a file.
pub(super) struct Row {
    pub line: u64,
    pub text: String,
}

/// The elements of a JSON array.
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
        // Elements are slices of the text, so where one begins tells its line.
        let begins = raw.get().as_ptr() as usize - text.as_ptr() as usize;
        line += text.get(counted..begins).map_or(0, |passed| passed.matches('\n').count() as u64);
        counted = begins;
        Row { line, text: raw.get().to_owned() }
    };
    Ok(whole.into_iter().map(row).collect())
}

/// One JSON value a line.
pub(super) fn lines(text: &str) -> Vec<Row> {
    let numbered = (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty());
    numbered.map(|(line, text)| Row { line, text: text.to_owned() }).collect()
}

/// Columns that hold numbers.
const NUMBERS: &[&str] = &["population", "area_km2", "lon", "lat", "round", "round_year"];

/// Comma-separated values with a header; an empty cell is an absent member.
pub(super) fn csv(text: &str) -> Result<Vec<Row>, LineError> {
    let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let flaw = |error: &::csv::Error| LineError {
        line: error.position().map_or(1, ::csv::Position::line),
        pointer: String::new(),
        detail: "has another number of columns than the header, or is not CSV".to_owned(),
    };
    let columns = reader.headers().map_err(|error| flaw(&error))?.clone();
    let mut rows = vec![];
    for record in reader.records() {
        let record = record.map_err(|error| flaw(&error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        let mut members = Map::new();
        for (column, cell) in columns.iter().zip(&record).filter(|(_, cell)| !cell.is_empty()) {
            let number = || cell.parse::<i64>().map(Value::from).or_else(|_| cell.parse::<f64>().map(Value::from)).ok();
            let value = NUMBERS.contains(&column).then(number).flatten().unwrap_or_else(|| cell.into());
            match column {
                "lon" | "lat" => {
                    if let Some(location) = members.entry("location").or_insert_with(|| json!({})).as_object_mut() {
                        location.insert(column.to_owned(), value);
                    }
                }
                _ => drop(members.insert(column.to_owned(), value)),
            }
        }
        rows.push(Row { line, text: Value::Object(members).to_string() });
    }
    Ok(rows)
}

//! Comma-separated values (RFC 4180).

use serde_json::Value;

use crate::base::error::{Error, Result};

/// Separator of several values in one cell.
const BETWEEN: &str = "; ";

pub(crate) fn header(columns: &[&str]) -> Result<Vec<u8>> {
    line(columns.iter().map(|path| column_name(path)))
}

/// Returns the name of the column of a path.
pub(crate) fn column_name(path: &str) -> String {
    path.replace('.', "_")
}

/// Returns the header line for the OpenAPI document.
pub(crate) fn columns(columns: &[&str]) -> String {
    columns.iter().map(|path| column_name(path)).collect::<Vec<_>>().join(",")
}

pub(crate) fn row(columns: &[&str], record: &Value) -> Result<Vec<u8>> {
    line(columns.iter().map(|column| cell(record, column)))
}

fn line(cells: impl Iterator<Item = String>) -> Result<Vec<u8>> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(vec![]);
    writer.write_record(cells.collect::<Vec<_>>()).map_err(Error::internal)?;
    writer.into_inner().map_err(|error| Error::internal(error.into_error()))
}

fn cell(record: &Value, path: &str) -> String {
    let mut values = vec![];
    walk(record, path, &mut values);
    values.join(BETWEEN)
}

/// Collects the values at a path, in each item of the lists along it.
fn walk(value: &Value, path: &str, found: &mut Vec<String>) {
    match (value, path.split_once('.').unwrap_or((path, ""))) {
        (Value::Array(entries), _) => entries.iter().for_each(|entry| walk(entry, path, found)),
        (Value::Object(members), (name, rest)) if !path.is_empty() => {
            members.get(name).into_iter().for_each(|member| walk(member, rest, found));
        }
        (Value::String(text), _) => found.push(defused(text)),
        (Value::Number(_) | Value::Bool(_), _) => found.push(value.to_string()),
        _ => {}
    }
}

/// Prefixes a text that a spreadsheet would run as a formula with an apostrophe. A text that begins with apostrophes
/// before a formula gets one more, so that `restored` returns every text.
pub(crate) fn defused(text: &str) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text.to_owned() }
}

/// Removes the apostrophe that `defused` puts in front of a text.
pub(crate) fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_formula(text.trim_start_matches('\''))).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        for text in ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"] {
            assert_eq!(defused(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=1", " =1", "1-1", "ä", "'t Hof", "'"] {
            assert_eq!(defused(text), text, "{text:?}");
            assert_eq!(restored(text), text, "{text:?}");
        }
    }

    #[test]
    fn every_text_is_restored() {
        for text in ["=1+1", "'=1", "''-1", "\t", "'t Hof", "''", ""] {
            assert_eq!(restored(&defused(text)), text, "{text:?}");
        }
    }

    #[test]
    fn lists_are_joined_and_formulas_defused() {
        let record = json!({"name": "=1+1", "themes": [{"slug": "a"}, {"slug": "b"}], "lon": -1.5, "note": "a, \"b\""});

        let row = row(&["name", "themes.slug", "lon", "note", "absent.de"], &record).unwrap();

        assert_eq!(String::from_utf8(row).unwrap(), "'=1+1,a; b,-1.5,\"a, \"\"b\"\"\",\r\n");
    }
}

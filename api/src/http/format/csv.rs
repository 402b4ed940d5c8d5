//! Comma-separated values (RFC 4180), and their dialects.

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::base::error::{Error, Result};

/// Separator of several values in one cell.
const BETWEEN: &str = "; ";
/// Byte order mark. Without it, Excel reads a file in the code page of the system.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Dialect of CSV
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Dialect {
    #[default]
    Rfc4180,
    ExcelDe,
}

/// Columns of a CSV file, and how its cells are written.
pub(crate) struct Table {
    columns: Vec<&'static str>,
    dialect: Dialect,
}

impl Table {
    /// Returns a table with the columns of the given members. An empty list of members selects all columns.
    pub(crate) fn new(columns: &[&'static str], members: &[String], dialect: Dialect) -> Self {
        let is_selected = |column: &&str| members.is_empty() || members.iter().any(|name| name == member(column));
        Self { columns: columns.iter().copied().filter(|column| is_selected(column)).collect(), dialect }
    }

    /// Returns whether the table has no columns.
    pub(crate) fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// Returns the first line, with the names of the columns.
    pub(crate) fn header(&self) -> Result<Vec<u8>> {
        let mark = if self.dialect == Dialect::ExcelDe { BYTE_ORDER_MARK } else { "" };
        let names = self.line(self.columns.iter().map(|column| column_name(column)))?;
        Ok([mark.as_bytes(), &names].concat())
    }

    /// Returns the line of a record.
    pub(crate) fn row(&self, record: &Value) -> Result<Vec<u8>> {
        self.line(self.columns.iter().map(|column| self.cell(record, column)))
    }

    fn line(&self, cells: impl Iterator<Item = String>) -> Result<Vec<u8>> {
        let delimiter = if self.dialect == Dialect::ExcelDe { b';' } else { b',' };
        let mut writer = ::csv::WriterBuilder::new();
        let mut writer = writer.delimiter(delimiter).terminator(::csv::Terminator::CRLF).from_writer(vec![]);
        writer.write_record(cells.collect::<Vec<_>>()).map_err(Error::internal)?;
        writer.into_inner().map_err(|error| Error::internal(error.into_error()))
    }

    fn cell(&self, record: &Value, path: &str) -> String {
        let mut values = vec![];
        walk(record, path, &mut values);
        match (values.as_slice(), self.dialect) {
            ([Value::String(text)], Dialect::ExcelDe) if is_converted(text) => format!("=\"{text}\""),
            _ => values.iter().map(|value| self.text(value)).collect::<Vec<_>>().join(BETWEEN),
        }
    }

    fn text(&self, value: &Value) -> String {
        match (value, self.dialect) {
            (Value::String(text), _) => defused(text),
            (Value::Number(number), Dialect::ExcelDe) => number.to_string().replace('.', ","),
            (value, _) => value.to_string(),
        }
    }
}

/// Returns the member of an entry that a column belongs to.
fn member(column: &str) -> &str {
    column.split_once('.').map_or(column, |(member, _)| member)
}

/// Returns the members of an entry that have columns.
pub(crate) fn members<'c>(columns: &[&'c str]) -> Vec<&'c str> {
    let mut members: Vec<&str> = columns.iter().copied().map(member).collect();
    members.dedup();
    members
}

/// Returns the name of the column with a path, such as `title_de` for `title.de`.
pub(crate) fn column_name(path: &str) -> String {
    path.replace('.', "_")
}

/// Returns the header line for the OpenAPI document.
pub(crate) fn columns(columns: &[&str]) -> String {
    columns.iter().map(|path| column_name(path)).collect::<Vec<_>>().join(",")
}

/// Collects the values at a path, in each item of the lists along it.
fn walk<'v>(value: &'v Value, path: &str, found: &mut Vec<&'v Value>) {
    match (value, path.split_once('.').unwrap_or((path, ""))) {
        (Value::Array(entries), _) => entries.iter().for_each(|entry| walk(entry, path, found)),
        (Value::Object(members), (name, rest)) if !path.is_empty() => {
            members.get(name).into_iter().for_each(|member| walk(member, rest, found));
        }
        (Value::String(_) | Value::Number(_) | Value::Bool(_), _) => found.push(value),
        _ => {}
    }
}

/// Prefixes a text that a spreadsheet would run as a formula with an apostrophe. A text with apostrophes before a formula
/// gets one more, so that `restored` can restore every text.
pub(crate) fn defused(text: &str) -> String {
    if is_formula(text.trim_start_matches('\'')) { format!("'{text}") } else { text.to_owned() }
}

/// Removes the apostrophe that `defused` puts in front of a text, or the formula that `Dialect::ExcelDe` puts around it.
pub(crate) fn restored(cell: &str) -> &str {
    let quoted = cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    if let Some(text) = quoted.filter(|text| is_converted(text)) {
        return text;
    }
    cell.strip_prefix('\'').filter(|text| is_formula(text.trim_start_matches('\''))).unwrap_or(cell)
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Returns whether Excel would convert a text to a number, or to a date that is more precise than the text. A full date is
/// not more precise after the conversion.
fn is_converted(text: &str) -> bool {
    let is_numeric = |letter: u8| letter.is_ascii_digit() || b".,:/- eE".contains(&letter);
    text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(is_numeric)
        && text.parse::<chrono::NaiveDate>().is_err()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn formulas_are_escaped_as_text() {
        for text in ["=1+1", "+1", "-1", "@sum(a1)", "\t=1", "\r=1"] {
            assert_eq!(defused(text), format!("'{text}"), "{text:?}");
        }
        for text in ["", "a=1", " =1", "1-1", "ä", "'t Hof", "'"] {
            assert_eq!(defused(text), text, "{text:?}");
            assert_eq!(restored(text), text, "{text:?}");
        }
    }

    #[test]
    fn escaped_texts_are_restored() {
        for text in ["=1+1", "'=1", "''-1", "\t", "'t Hof", "''", ""] {
            assert_eq!(restored(&defused(text)), text, "{text:?}");
        }
    }

    #[test]
    fn texts_of_the_excel_dialect_are_restored() {
        let table = Table::new(&["text"], &[], Dialect::ExcelDe);
        for text in ["01001000", "2024-10", "2024-10-05", "=1+1", "=\"01001000\"", "=\"a\"", "'1", "1; 2", "Ulm"] {
            assert_eq!(restored(&table.cell(&json!({ "text": text }), "text")), text, "{text:?}");
        }
    }

    #[test]
    fn lists_are_joined_and_formulas_escaped() {
        let record = json!({"name": "=1+1", "themes": [{"slug": "a"}, {"slug": "b"}], "lon": -1.5, "note": "a, \"b\""});

        let columns = ["name", "themes.slug", "lon", "note", "absent.de"];
        let row = Table::new(&columns, &[], Dialect::Rfc4180).row(&record).unwrap();

        assert_eq!(String::from_utf8(row).unwrap(), "'=1+1,a; b,-1.5,\"a, \"\"b\"\"\",\r\n");
    }

    #[test]
    fn excel_dialect_uses_semicolons_decimal_commas_and_text_keys() {
        let record = json!({ "ags": "01001000", "lon": 9.5, "on": "2024-10", "day": "2024-10-05", "keys": ["1", "2"] });
        let table = Table::new(&["ags", "lon", "on", "day", "keys"], &[], Dialect::ExcelDe);

        let text = String::from_utf8([table.header().unwrap(), table.row(&record).unwrap()].concat()).unwrap();

        let row = "\"=\"\"01001000\"\"\";9,5;\"=\"\"2024-10\"\"\";2024-10-05;\"1; 2\"";
        assert_eq!(text, format!("\u{feff}ags;lon;on;day;keys\r\n{row}\r\n"));
        assert!(!["Ulm", "1a", "-1", "", "=1"].into_iter().any(is_converted));
    }

    #[test]
    fn fields_select_their_columns() {
        let table = Table::new(&["id", "title.de", "title.en"], &["title".to_owned()], Dialect::Rfc4180);

        assert_eq!(String::from_utf8(table.header().unwrap()).unwrap(), "title_de,title_en\r\n");
    }
}

//! Properties of CSV files: what is written is read again, and reading never panics.

use proptest::num::f64::NORMAL;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Form;
use super::rows::{Contents, document, lines};
use super::table::{Column, Columns, table};
use crate::base::property::config;
use crate::http::format::{Dialect, Table};

const SHOWN: &[&str] = &["slug", "title.de", "remark", "lon"];
const COLUMNS: Columns = Columns {
    imported: &[Column::text("slug"), Column::text("title.de"), Column::text("remark"), Column::number("lon")],
    shown: SHOWN,
};

/// A text of a cell: quotation marks, delimiters, line ends, formulas, official keys and dates, or any text.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["['\"=+@a;, \\t\\r\\n-]{1,8}", "(=?\")?[0-9][0-9.:/ e-]{0,9}\"?", ".{1,20}", "(?s).{1,20}"]
}

prop_compose! {
    fn records()(title in texts(), remark in texts(), lon in prop_oneof![NORMAL, (-9..9).prop_map(f64::from)]) -> Value {
        json!({ "slug": "a-1", "title": { "de": title }, "remark": remark, "lon": lon })
    }
}

/// Returns the rows of a text as JSON, and asserts that there are no errors.
fn rows(text: &str) -> Vec<Value> {
    let Contents { rows, line_errors, .. } = table(text.strip_prefix('\u{feff}').unwrap_or(text), COLUMNS);
    assert!(line_errors.is_empty(), "{text:?}");
    rows.into_iter().map(|row| serde_json::from_str(&row.text).unwrap()).collect()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn written_records_are_read_again(records in [records(), records()]) {
        for dialect in [Dialect::Rfc4180, Dialect::ExcelDe] {
            let table = Table::new(SHOWN, &[], dialect);
            let mut file = table.header().unwrap();
            for record in &records {
                file.extend(table.row(record).unwrap());
            }

            prop_assert_eq!(rows(&Form::Csv.text(file).unwrap()), &records, "{:?}", dialect);
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(
        bytes: Vec<u8>, cells in "(sep=[;,\t]\r?\n)?(slug|title.de|lon|[;,\t\"' ]){0,4}[a=1;,\t\"\r\n\u{feff}]{0,40}",
    ) {
        let texts = [Form::Csv.text(bytes.clone()).ok(), Some(String::from_utf8_lossy(&bytes).into_owned()), Some(cells)];
        for text in texts.into_iter().flatten() {
            let end = 1 + text.matches(['\r', '\n']).count() as u64;
            for contents in [table(&text, COLUMNS), document(&text), lines(&text)] {
                prop_assert!(contents.rows.iter().all(|row| (1..=end).contains(&row.line)), "{text:?}");
            }
        }
    }
}

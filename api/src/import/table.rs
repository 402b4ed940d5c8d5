//! CSV files: a header with the names of members, and a row for each entry.

use ::csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};
use serde_json::{Map, Value, json};

use super::error::LineError;
use super::rows::{Contents, LineCounter, Row};
use crate::base::error::{Rule, Violation};
use crate::http::format::{column_name, restored};

/// Delimiters of cells. If several fit a header equally well, the last of them is used.
const DELIMITERS: [u8; 3] = *b"\t;,";

/// A column of a CSV file.
pub(crate) struct Column {
    /// Path of the member, with full stops between the names of nested members.
    pub name: &'static str,
    /// Whether the member is a number.
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

/// The columns that a CSV file may have.
#[derive(Clone, Copy)]
pub(super) struct Columns {
    pub imported: &'static [Column],
    /// Paths of the columns of the API's CSV format. Those that are not imported are ignored.
    pub shown: &'static [&'static str],
}

impl Columns {
    fn imported(self, name: &str) -> Option<&'static Column> {
        self.imported.iter().find(|column| is_name_of(name, column.name))
    }

    fn is_known(self, name: &str) -> bool {
        self.imported(name).is_some() || self.shown.iter().any(|path| is_name_of(name, path))
    }

    fn list(self) -> String {
        self.imported.iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
    }
}

/// Returns whether a column name is that of a member: as in the files of `export`, or as in the CSV format of the API.
fn is_name_of(name: &str, path: &str) -> bool {
    name == path || name == column_name(path)
}

/// The header of a CSV file.
pub(super) struct Header {
    line: u64,
    delimiter: u8,
    names: Vec<String>,
    /// The imported column of each cell. `None` for an ignored cell.
    columns: Vec<Option<&'static Column>>,
}

/// A row of cells. It has several lines if cells contain line breaks.
struct Record {
    line: u64,
    cells: StringRecord,
}

/// The records of a text.
struct Records<'t> {
    reader: StringRecordsIntoIter<&'t [u8]>,
    /// Offset in the text at which the records begin.
    begin: usize,
    lines: LineCounter<'t>,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, begin: usize, delimiter: u8) -> Self {
        let records = text.get(begin..).unwrap_or_default().as_bytes();
        let mut reader = ReaderBuilder::new();
        let reader = reader.delimiter(delimiter).has_headers(false).flexible(true).from_reader(records);
        Self { reader: reader.into_records(), begin, lines: LineCounter::new(text.as_bytes()) }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        // Reading cannot fail: the text is in memory, and records of any length are accepted.
        let cells = self.reader.next()?.ok()?;
        let offset = cells.position()?.byte();
        // The line numbers of the reader ignore CR, and its offset is before the LF of the previous line's CR LF.
        Some(Record { line: self.lines.line_from(self.begin + usize::try_from(offset).ok()?), cells })
    }
}

/// Returns the rows of a CSV file. An empty cell is an absent member.
pub(super) fn table(text: &str, columns: Columns) -> Contents<'_> {
    let declared = declared_delimiter(text);
    let (begin, delimiter) = declared.unwrap_or_else(|| (0, find_delimiter(text, columns)));
    let mut records = Records::new(text, begin, delimiter);
    let Some(first) = records.next() else {
        return Contents::none(LineError::whole(
            1,
            format!("has no header; it must name the columns: {}", columns.list()),
        ));
    };
    let header = Header::new(&first, delimiter, columns);
    if !header.names.iter().any(|name| columns.is_known(name)) {
        return Contents::none(LineError::whole(header.line, header.no_known_column(columns, declared.is_some())));
    }
    let (mut rows, mut line_errors) = (vec![], header.line_errors(columns));
    for record in records {
        // Spreadsheets may write empty rows after the last row with content.
        if record.cells.iter().all(str::is_empty) {
            continue;
        }
        match header.row(&record) {
            Ok(row) => rows.push(row),
            Err(line_error) => line_errors.push(line_error),
        }
    }
    Contents { rows, line_errors, header: Some(header) }
}

/// Returns the delimiter that a first line such as `sep=;` declares for Excel, with the offset of the end of that line.
fn declared_delimiter(text: &str) -> Option<(usize, u8)> {
    let line = text.split(['\r', '\n']).next()?;
    // Programs that save such a file again may write the line as a quoted cell.
    let declaration = line.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(line);
    let is_declaration = |delimiter: &u8| match declaration.as_bytes().split_last() {
        Some((last, name)) => last == delimiter && name.eq_ignore_ascii_case(b"sep="),
        None => false,
    };
    DELIMITERS.into_iter().find(is_declaration).map(|delimiter| (line.len(), delimiter))
}

/// Returns the delimiter by which the header has the most known columns.
fn find_delimiter(text: &str, columns: Columns) -> u8 {
    let fit = |delimiter: &u8| {
        let cells = Records::new(text, 0, *delimiter).next().map(|header| header.cells).unwrap_or_default();
        (cells.iter().filter(|name| columns.is_known(name.trim())).count(), cells.len())
    };
    DELIMITERS.into_iter().max_by_key(fit).unwrap_or(b',')
}

impl Header {
    fn new(record: &Record, delimiter: u8, columns: Columns) -> Self {
        let mut header = Self { line: record.line, delimiter, names: vec![], columns: vec![] };
        for name in record.cells.iter().map(str::trim) {
            // If several columns have the same name, the first is read.
            header.columns.push(columns.imported(name).filter(|_| !header.has(name)));
            header.names.push(name.to_owned());
        }
        header
    }

    /// Returns whether the header has a column, under this name or with other separators of nested members.
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| column_name(other) == column_name(name))
    }

    fn delimiter(&self) -> &'static str {
        match self.delimiter {
            b';' => "semicolon",
            b'\t' => "tab",
            _ => "comma",
        }
    }

    /// Returns the explanation for a header without known columns.
    fn no_known_column(&self, columns: Columns, is_declared: bool) -> String {
        let delimiter = match self.names.len() {
            _ if is_declared => format!("the first line of the file sets the delimiter to a {}", self.delimiter()),
            1 => "no delimiter was found (a comma, a semicolon or a tab)".to_owned(),
            _ => format!("the delimiter found is a {}", self.delimiter()),
        };
        format!("has no known column; {delimiter}. Known columns: {}", columns.list())
    }

    /// Returns the errors of the header: columns that occur twice, and unknown columns.
    fn line_errors(&self, columns: Columns) -> Vec<LineError> {
        let named = self.names.iter().enumerate().filter(|(_, name)| !name.is_empty());
        let is_repeated = |(place, name): &(usize, &String)| {
            self.names.iter().take(*place).any(|other| column_name(other) == column_name(name))
        };
        let (repeated, first): (Vec<_>, Vec<_>) = named.partition(is_repeated);
        let repeated: Vec<&str> = repeated.into_iter().map(|(_, name)| name.as_str()).collect();
        let unknown = first.into_iter().map(|(_, name)| name.as_str()).filter(|name| !columns.is_known(name));
        let unknown: Vec<&str> = unknown.collect();
        let mut line_errors = vec![];
        if !repeated.is_empty() {
            let detail = format!("has columns more than once: {}; keep one of each", repeated.join(", "));
            line_errors.push(LineError::whole(self.line, detail));
        }
        if !unknown.is_empty() {
            let detail = format!("has unknown columns: {}; known columns: {}", unknown.join(", "), columns.list());
            line_errors.push(LineError::whole(self.line, detail));
        }
        line_errors
    }

    fn row(&self, record: &Record) -> Result<Row<'static>, LineError> {
        let Record { line, cells } = record;
        if cells.len() != self.names.len() {
            let detail = format!(
                "the row has {} cells, but the header has {}; look for a missing or superfluous {}, or for a missing quotation mark",
                cells.len(),
                self.names.len(),
                self.delimiter()
            );
            return Err(LineError::whole(*line, detail));
        }
        let is_unnamed = |(name, cell): (&String, &str)| name.is_empty() && !cell.is_empty();
        if let Some(place) = self.names.iter().zip(cells).position(is_unnamed) {
            return Err(LineError::whole(
                *line,
                format!("cell {} has a value, but its column has no name in the header", place + 1),
            ));
        }
        let mut members = Map::new();
        for (column, cell) in self.columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            if let Some(column) = column {
                insert(&mut members, column.name, self.value(column, cell));
            }
        }
        Ok(Row { line: *line, text: Value::Object(members).to_string().into() })
    }

    fn value(&self, column: &Column, cell: &str) -> Value {
        if !column.is_number {
            return restored(cell).into();
        }
        // Spreadsheets separate cells by semicolons where the comma is the decimal separator.
        let has_comma = self.delimiter == b';' && !cell.contains('.');
        let number = if has_comma { cell.trim().replacen(',', ".", 1) } else { cell.trim().to_owned() };
        let integer = number.parse::<i64>().ok().map(Value::from);
        let decimal = || number.parse::<f64>().ok().filter(|number| number.is_finite()).map(Value::from);
        integer.or_else(decimal).unwrap_or_else(|| cell.into())
    }

    /// Returns the line of a violation: that of the header if the file has no column for a required member, and otherwise that
    /// of the row.
    pub(super) fn line_of(&self, violation: &Violation, row: u64) -> u64 {
        let pointer = violation.pointer.as_deref().unwrap_or_default();
        let holds = |column: &&Column| {
            let own = format!("/{}", column.name.replace('.', "/"));
            own.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let is_absent = matches!(violation.rule, Rule::Missing {}) && !self.columns.iter().flatten().any(holds);
        if is_absent { self.line } else { row }
    }
}

/// Sets a member. `name` has full stops between the names of nested members.
fn insert(members: &mut Map<String, Value>, name: &str, value: Value) {
    match name.split_once('.') {
        None => drop(members.insert(name.to_owned(), value)),
        Some((outer, inner)) => {
            if let Value::Object(nested) = members.entry(outer).or_insert_with(|| json!({})) {
                insert(nested, inner, value);
            }
        }
    }
}

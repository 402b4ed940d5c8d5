//! Rows of JSON and NDJSON files, each as JSON with its line.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use super::error::LineError;
use super::table::Header;

/// An entry of a file, as JSON.
pub(super) struct Row<'t> {
    pub line: u64,
    pub text: Cow<'t, str>,
}

/// The rows and errors of a file.
#[derive(Default)]
pub(super) struct Contents<'t> {
    pub rows: Vec<Row<'t>>,
    /// Errors of the file, and of rows that could not be read.
    pub line_errors: Vec<LineError>,
    /// The header of a CSV file.
    pub header: Option<Header>,
}

impl Contents<'_> {
    /// Returns the result of reading a file that has no readable rows.
    pub(super) fn none(line_error: LineError) -> Self {
        Self { line_errors: vec![line_error], ..Self::default() }
    }
}

/// Counts the lines of a text. A line ends with CR LF, LF or CR.
pub(super) struct LineCounter<'t> {
    text: &'t [u8],
    counted: usize,
    line: u64,
}

impl<'t> LineCounter<'t> {
    pub(super) fn new(text: &'t [u8]) -> Self {
        Self { text, counted: 0, line: 1 }
    }

    /// Returns the line at an offset, which must not be before that of the previous call.
    pub(super) fn line_at(&mut self, offset: usize) -> u64 {
        let passed = self.text.get(self.counted..offset).unwrap_or_default();
        let is_end = |(place, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => self.text.get(self.counted + place + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += passed.iter().enumerate().filter(is_end).count() as u64;
        self.counted = offset;
        self.line
    }

    /// Returns the line at an offset, or after the line breaks that begin at the offset.
    pub(super) fn line_from(&mut self, offset: usize) -> u64 {
        let rest = self.text.get(offset..).unwrap_or_default();
        let skipped = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        self.line_at(offset + skipped)
    }
}

/// Returns the entries of a JSON file: the elements of an array, the items of a page as the API returns it, or one
/// entry.
pub(super) fn document(text: &str) -> Contents<'_> {
    let content = text.trim();
    let rows = match content.chars().next() {
        None => Err(LineError::whole(1, "the file is empty, and must contain an array of entries")),
        Some('[') => array(text, text),
        Some('{') => object(text),
        Some(_) => Err(match serde_json::from_str::<&RawValue>(text) {
            Ok(_) => LineError::whole(1, format!("the file contains no entries; it must be {DOCUMENTS}")),
            Err(error) => malformed(1, &error),
        }),
    };
    rows.map_or_else(Contents::none, |rows| Contents { rows, ..Contents::default() })
}

/// Possible contents of a JSON file, for error messages.
const DOCUMENTS: &str = "an array of entries, a page of a list as the API returns it, or one entry";

/// Returns the elements of `array`, which must be a slice of `text`.
fn array<'t>(text: &'t str, array: &'t str) -> Result<Vec<Row<'t>>, LineError> {
    let elements: Vec<&'t RawValue> = serde_json::from_str(array).map_err(|error| malformed(1, &error))?;
    let mut lines = LineCounter::new(text.as_bytes());
    // Elements are slices of the text, so the offset of an element gives its line.
    let offset = |element: &RawValue| element.get().as_ptr() as usize - text.as_ptr() as usize;
    let row = |element: &'t RawValue| Row { line: lines.line_at(offset(element)), text: element.get().into() };
    Ok(elements.into_iter().map(row).collect())
}

/// Returns the items of a page, or one entry.
fn object(text: &str) -> Result<Vec<Row<'_>>, LineError> {
    let members: HashMap<String, &RawValue> = serde_json::from_str(text).map_err(|error| malformed(1, &error))?;
    let line = LineCounter::new(text.as_bytes()).line_from(0);
    if members.contains_key("slug") {
        return Ok(vec![Row { line, text: text.trim().into() }]);
    }
    if let Some(items) = items(&members) {
        return array(text, items);
    }
    let detail =
        format!("the object has neither the `slug` of an entry nor the `items` of a page; a file must be {DOCUMENTS}");
    Err(LineError::whole(line, detail))
}

/// Returns the items of a page.
fn items<'t>(members: &HashMap<String, &'t RawValue>) -> Option<&'t str> {
    members.get("items").map(|items| items.get()).filter(|items| items.starts_with('['))
}

/// Returns the JSON values of a text with one value per line.
pub(super) fn lines(text: &str) -> Contents<'_> {
    let numbered = || (1..).zip(text.lines()).filter(|(_, text)| !text.trim().is_empty());
    let Some((line, _)) = numbered().next() else {
        return Contents::none(LineError::whole(1, "the file is empty, and must contain one JSON object per line"));
    };
    if let Some(what) = other_document(text) {
        return Contents::none(LineError::whole(line, format!("the file is {what}; name the format with --form json")));
    }
    let rows = numbered().map(|(line, text)| Row { line, text: text.into() }).collect();
    Contents { rows, ..Contents::default() }
}

/// Returns a description of a text that is a JSON file instead of one JSON object per line, and otherwise `None`.
fn other_document(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let is_json = |text: &str| serde_json::from_str::<&RawValue>(text).is_ok();
    let is_first_line_json = is_json(text.lines().next()?);
    if text.starts_with('[') {
        // If each line is a separate array, the text is not a JSON file, and the lines are reported one by one.
        return (!is_first_line_json || is_json(text)).then_some("a JSON array");
    }
    if !is_first_line_json {
        return is_json(text).then_some("one JSON object over several lines");
    }
    let members: HashMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let is_page = !members.contains_key("slug") && items(&members).is_some();
    is_page.then_some("a page of a list")
}

/// Returns the error for invalid JSON. `begin` is the line on which the JSON text begins.
pub(super) fn malformed(begin: u64, error: &serde_json::Error) -> LineError {
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    let detail = if reason.contains("surrogate") || reason == "unexpected end of hex escape" {
        "contains a lone surrogate (half of a character, such as `\\ud800`); write the character itself, or both halves of its \
         surrogate pair"
            .to_owned()
    } else {
        format!("is not valid JSON: {reason}; look for a missing comma, quotation mark or brace")
    };
    LineError::whole(begin + (error.line() as u64).saturating_sub(1), detail)
}

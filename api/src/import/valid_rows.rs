//! The valid rows of a file.

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::marker::PhantomData;

use tempfile::SpooledTempFile;

use crate::base::error::{Error, Result};
use crate::write::input::Input;

/// Number of bytes of JSON that are kept in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

/// Number of rows per part.
pub(super) const PART: usize = 1000;

/// Slug and official key of a row.
#[derive(Clone)]
pub(super) struct Names {
    pub slug: String,
    pub official: Option<String>,
}

impl Names {
    pub(super) fn of<T: Input>(input: &T) -> Self {
        Self { slug: input.slug().to_owned(), official: input.official().map(str::to_owned) }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.slug).chain(&self.official)
    }
}

/// The valid rows of a file, in their order. Most of them are in a temporary file, so that a large file takes little memory.
pub(super) struct ValidRows<T> {
    /// A line of JSON for each row.
    json: RefCell<SpooledTempFile>,
    /// Line and names of each row.
    names: Vec<(u64, Names)>,
    input: PhantomData<T>,
}

impl<T: Input> ValidRows<T> {
    pub(super) fn new() -> Self {
        Self { json: RefCell::new(SpooledTempFile::new(IN_MEMORY)), names: vec![], input: PhantomData }
    }

    /// Returns rows that were read before.
    pub(super) fn of(rows: &[(u64, T)]) -> Result<Self> {
        let mut all = Self::new();
        rows.iter().try_for_each(|(line, input)| all.push(*line, input))?;
        Ok(all)
    }

    /// Adds a row. Fails if the temporary file cannot be written.
    pub(super) fn push(&mut self, line: u64, input: &T) -> Result<()> {
        let mut json = serde_json::to_vec(input).map_err(Error::internal)?;
        json.push(b'\n');
        self.json.get_mut().write_all(&json).map_err(Error::internal)?;
        self.names.push((line, Names::of(input)));
        Ok(())
    }

    /// Returns the line and the names of each row.
    pub(super) fn names(&self) -> &[(u64, Names)] {
        &self.names
    }

    /// Reads the rows from the first.
    pub(super) fn parts(&self) -> Parts<'_, T> {
        Parts { rows: self, read: 0, offset: 0 }
    }

    /// Returns all rows.
    pub(super) fn all(&self) -> Result<Vec<(u64, T)>> {
        let (mut parts, mut all) = (self.parts(), vec![]);
        loop {
            let part = parts.next()?;
            if part.is_empty() {
                return Ok(all);
            }
            all.extend(part);
        }
    }
}

/// Reads rows in parts.
pub(super) struct Parts<'r, T> {
    rows: &'r ValidRows<T>,
    /// Number of rows that have been read.
    read: usize,
    /// Position in the file after these rows.
    offset: u64,
}

impl<T: Input> Parts<'_, T> {
    /// Returns up to 1000 further rows. Returns no rows at the end.
    pub(super) fn next(&mut self) -> Result<Vec<(u64, T)>> {
        let mut file = self.rows.json.borrow_mut();
        file.seek(SeekFrom::Start(self.offset)).map_err(Error::internal)?;
        let (mut file, mut text, mut part) = (BufReader::new(&mut *file), String::new(), vec![]);
        for (line, _) in self.rows.names.iter().skip(self.read).take(PART) {
            text.clear();
            let length = file.read_line(&mut text).map_err(Error::internal)?;
            self.offset += length as u64;
            part.push((*line, serde_json::from_str(&text).map_err(Error::internal)?));
        }
        self.read += part.len();
        Ok(part)
    }
}

//! Export of entries in the formats that `import` reads, with constant memory.

use std::io::Write;

use anyhow::Result;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::Value;

use super::files::Files;
use super::form::Form;
use super::table::Column;
use crate::base::db::Database;
use crate::http::format::defused;
use crate::query::entry::EntryCursor;
use crate::write::input::Input;

/// The consumer of a file may be slow.
const NO_LIMITS: &str = "set local idle_in_transaction_session_timeout = 0";

/// Writes all entries of a resource, from one snapshot, in a format that `import` reads. For CSV, check the resource with
/// `Files::require` first: without a table of columns, the result has no columns. Fails if `out` cannot be written.
pub(crate) async fn export(database: &Database, files: &Files, form: Form, out: &mut dyn Write) -> Result<()> {
    let snapshot = database.snapshot().await?;
    snapshot.execute_unprepared(NO_LIMITS).await?;
    let mut writer = EntryWriter::begin(form, files.table.unwrap_or_default(), out)?;
    (files.each)(&snapshot, &mut |entry| writer.write(entry)).await?;
    writer.end()?;
    Ok(snapshot.commit().await?)
}

/// Calls a function with the input of each entry of a resource, as JSON, sorted by official key or slug.
pub(super) async fn each<T: Input>(
    db: &DatabaseTransaction,
    write: &mut dyn FnMut(&Value) -> Result<()>,
) -> Result<()> {
    let cursor = EntryCursor::<T::View>::open(db).await?;
    loop {
        let entries = cursor.next().await?;
        if entries.is_empty() {
            return Ok(());
        }
        for entry in entries {
            let input: T = entry.into();
            write(&serde_json::to_value(input)?)?;
        }
    }
}

/// Writes entries in one format.
enum EntryWriter<'a> {
    Json { out: &'a mut dyn Write, is_empty: bool },
    Ndjson(&'a mut dyn Write),
    Csv { out: Box<::csv::Writer<&'a mut dyn Write>>, columns: &'static [Column] },
}

impl<'a> EntryWriter<'a> {
    fn begin(form: Form, columns: &'static [Column], out: &'a mut dyn Write) -> Result<Self> {
        Ok(match form {
            Form::Json => Self::Json { out, is_empty: true },
            Form::Ndjson => Self::Ndjson(out),
            Form::Csv => {
                let mut out = Box::new(::csv::Writer::from_writer(out));
                out.write_record(columns.iter().map(|column| column.name))?;
                Self::Csv { out, columns }
            }
        })
    }

    fn write(&mut self, entry: &Value) -> Result<()> {
        match self {
            Self::Json { out, is_empty } => {
                // The lines of an entry are indented as elements of an array.
                let entry = serde_json::to_string_pretty(entry)?.replace('\n', "\n  ");
                write!(out, "{}\n  {entry}", if *is_empty { "[" } else { "," })?;
                *is_empty = false;
            }
            Self::Ndjson(out) => writeln!(out, "{entry}")?,
            Self::Csv { out, columns } => out.write_record(columns.iter().map(|column| cell(entry, column)))?,
        }
        Ok(())
    }

    fn end(self) -> Result<()> {
        match self {
            Self::Json { out, is_empty: true } => writeln!(out, "[]")?,
            Self::Json { out, is_empty: false } => writeln!(out, "\n]")?,
            Self::Ndjson(_) => {}
            Self::Csv { mut out, .. } => out.flush()?,
        }
        Ok(())
    }
}

fn cell(entry: &Value, column: &Column) -> String {
    match column.name.split('.').try_fold(entry, |value, member| value.get(member)) {
        Some(Value::String(text)) => defused(text),
        Some(value) => value.to_string(),
        None => String::new(),
    }
}

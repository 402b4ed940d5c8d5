//! Export of entries in the formats that `import` reads.

use serde_json::Value;

use super::files::Files;
use super::form::Form;
use super::table::Column;
use crate::base::db::Database;
use crate::base::error::{Error, Result};
use crate::http::format::defused;

/// Returns all entries of a resource in a format that `import` reads. For CSV, check the resource with `Files::require`
/// first: without a table of columns, the result has no columns.
pub(crate) async fn export(database: &Database, files: &Files, form: Form) -> Result<String> {
    let inputs = (files.values)(database.connection()).await?;
    match form {
        Form::Csv => table(files.table.unwrap_or_default(), &inputs),
        Form::Json => serde_json::to_string_pretty(&inputs).map(|text| text + "\n").map_err(Error::internal),
        Form::Ndjson => Ok(inputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n"),
    }
}

fn table(columns: &[Column], inputs: &[Value]) -> Result<String> {
    let mut writer = ::csv::Writer::from_writer(vec![]);
    writer.write_record(columns.iter().map(|column| column.name)).map_err(Error::internal)?;
    for input in inputs {
        let cell = |column: &Column| match column.name.split('.').try_fold(input, |value, member| value.get(member)) {
            Some(Value::String(text)) => defused(text),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        writer.write_record(columns.iter().map(cell)).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.into_error()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

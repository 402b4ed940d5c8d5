//! What `import` reads, written.

use serde_json::Value;

use super::files::Files;
use super::form::Form;
use crate::base::db::Database;
use crate::base::error::{Error, Result};

/// All entries of a resource, as `import` reads them.
pub(crate) async fn export(database: &Database, files: &Files, form: Form) -> Result<String> {
    let inputs = (files.values)(database.connection()).await?;
    match form {
        Form::Csv => table(files.table.unwrap_or_default(), &inputs),
        Form::Json => serde_json::to_string_pretty(&inputs).map(|text| text + "\n").map_err(Error::internal),
        Form::Ndjson => Ok(inputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n"),
    }
}

fn table(columns: &[&str], inputs: &[Value]) -> Result<String> {
    let mut writer = ::csv::Writer::from_writer(vec![]);
    writer.write_record(columns).map_err(Error::internal)?;
    for input in inputs {
        let cell = |column: &&str| match input.get(*column).or_else(|| input.get("location")?.get(*column)) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        writer.write_record(columns.iter().map(cell)).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::internal(error.into_error()))?;
    String::from_utf8(bytes).map_err(Error::internal)
}

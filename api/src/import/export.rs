//! What `import` reads, written.

use sea_orm::DatabaseConnection;
use serde_json::Value;

use super::Form;
use crate::base::db::Database;
use crate::base::error::{Error, Result};
use crate::model::catalog::Resource;
use crate::write::input::Input;

/// All entries of a resource, as `import` reads them.
pub(crate) async fn export(database: &Database, resource: &Resource, form: Form) -> Result<String> {
    let inputs = (resource.files.values)(database.connection()).await?;
    match form {
        Form::Csv => table(&inputs),
        Form::Json => serde_json::to_string_pretty(&inputs).map(|text| text + "\n").map_err(Error::fault),
        Form::Ndjson => Ok(inputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n") + "\n"),
    }
}

pub(super) async fn values<T: Input>(db: &DatabaseConnection) -> Result<Vec<Value>> {
    let inputs = T::current(db, None).await?;
    inputs.into_iter().map(|(_, input)| serde_json::to_value(input).map_err(Error::fault)).collect()
}

/// The columns of municipalities; entries with lists have no table.
const TABLE: &[&str] = &[
    "ags",
    "slug",
    "name",
    "designation",
    "kind",
    "federal_state",
    "population",
    "population_as_of",
    "area_km2",
    "lon",
    "lat",
    "website",
];

fn table(inputs: &[Value]) -> Result<String> {
    let mut writer = ::csv::Writer::from_writer(vec![]);
    writer.write_record(TABLE).map_err(Error::fault)?;
    for input in inputs {
        let cell = |column: &&str| match input.get(*column).or_else(|| input.get("location")?.get(*column)) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        writer.write_record(TABLE.iter().map(cell)).map_err(Error::fault)?;
    }
    let bytes = writer.into_inner().map_err(|error| Error::fault(error.into_error()))?;
    String::from_utf8(bytes).map_err(Error::fault)
}

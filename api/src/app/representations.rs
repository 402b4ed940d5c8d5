//! Stored representations of all resources.

use crate::app::routes;
use crate::base::db::Database;
use crate::base::error::Result;
use crate::query::representations::{build_pending, differences, mark};

pub use crate::query::representations::Difference;

/// Builds the representations that are missing or outdated. A running service does so in the background.
///
/// Must be called inside an actix system.
pub async fn build(database: &Database) -> Result<()> {
    build_pending(database, &routes::builders()).await.map(drop)
}

/// Returns the entries whose stored representation differs from the tables, although it is not marked as outdated. Reads the
/// whole directory.
pub async fn check(database: &Database) -> Result<Vec<Difference>> {
    let snapshot = database.snapshot().await?;
    let found = differences(&snapshot, &routes::builders()).await?;
    snapshot.commit().await?;
    Ok(found)
}

/// Marks entries as outdated, and builds the representations that are missing or outdated.
///
/// Must be called inside an actix system.
pub async fn repair(database: &Database, differences: Vec<Difference>) -> Result<()> {
    let work = async move |tx: &_| mark(tx, &differences, &routes::builders()).await;
    database.transact(work).await?;
    build(database).await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};
    use sha2::{Digest, Sha256};

    use crate::app::document::DOCUMENT;
    use crate::app::routes::REGISTRATIONS;
    use crate::http::hex;
    use crate::query::representations::FORMAT;

    /// Adds a schema and the schemas that it refers to, without descriptions and examples.
    fn collect(schema: &Value, all: &Value, found: &mut BTreeMap<String, Value>) -> Value {
        match schema {
            Value::Object(members) => {
                if let Some(name) = members.get("$ref").and_then(Value::as_str).and_then(|path| path.rsplit('/').next())
                    && !found.contains_key(name)
                {
                    found.insert(name.to_owned(), Value::Null);
                    let schema = collect(&all[name], all, found);
                    found.insert(name.to_owned(), schema);
                }
                let kept = members.iter().filter(|(name, value)| {
                    !(value.is_string() && *name == "description" || name.starts_with("example"))
                });
                kept.map(|(name, value)| (name.clone(), collect(value, all, found))).collect()
            }
            Value::Array(items) => items.iter().map(|item| collect(item, all, found)).collect(),
            other => other.clone(),
        }
    }

    #[test]
    fn format_is_raised_when_entries_are_represented_differently() {
        /// `FORMAT`, and the digest of the schemas of all entries.
        const KNOWN: (i16, &str) = (1, "12bf014dabc8169c7d2e10c316bee6ff922b0f1c67a64985d753e6d6c67176bd");
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let mut found = BTreeMap::new();
        for registration in REGISTRATIONS {
            let path = format!("/v1/{}/{{key}}", registration.resource.collection);
            let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
            assert!(schema["$ref"].is_string(), "{schema}");
            collect(schema, &document["components"]["schemas"], &mut found);
        }
        let digest = hex(&Sha256::digest(json!(found).to_string()));
        assert_eq!((FORMAT, digest.as_str()), KNOWN, "the schema of an entry has changed: raise `FORMAT`");
    }
}

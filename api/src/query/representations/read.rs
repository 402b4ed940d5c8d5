//! Reads stored representations.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Statement};
use uuid::Uuid;

use super::FORMAT;
use super::template::filled;
use crate::base::error::Result;
use crate::base::public_url::prefix;
use crate::http::Position;
use crate::http::format::{Represented, StoredEntry};
use crate::model::reuse::freshness;
use crate::query::entry::{Entry, load_all};

/// Rows of a query with their representations.
pub(crate) struct StoredRows<T> {
    /// Version of the directory that the rows are from.
    pub version: i64,
    /// The rows in their order.
    pub rows: Vec<StoredRow<T>>,
}

impl<T: Entry> StoredRows<T> {
    /// Returns the entries. Builds those without a representation from their tables, with further statements.
    pub(crate) async fn complete(self, db: &DatabaseTransaction) -> Result<Vec<Represented<T>>> {
        let is_pending = |row: &&StoredRow<T>| row.entry.is_none();
        let pending: Vec<Uuid> = self.rows.iter().filter(is_pending).map(|row| row.position.id).collect();
        let mut built = if pending.is_empty() { HashMap::new() } else { load_all::<T>(db, pending).await? };
        let entry = |row: StoredRow<T>| match row.entry {
            Some(entry) => Some(Represented::Stored(entry)),
            None => built.remove(&row.position.id).map(Represented::Built),
        };
        Ok(self.rows.into_iter().filter_map(entry).collect())
    }
}

/// A row of a query with its representation.
pub(crate) struct StoredRow<T> {
    /// ID and sort value of the entry.
    pub position: Position,
    /// Slug of the entry.
    pub slug: String,
    /// The representation. `None` if it is to be built from the tables.
    pub entry: Option<StoredEntry<T>>,
}

/// A row of the statement. All columns except the version are null if the query has no rows.
#[derive(FromQueryResult)]
struct FoundRow {
    version: i64,
    id: Option<Uuid>,
    key: Option<String>,
    slug: Option<String>,
    revision: Option<i64>,
    updated_at: Option<DateTime<Utc>>,
    last_confirmed_on: Option<NaiveDate>,
    body: Option<String>,
}

/// Runs a query of entries, which returns `id`, `slug` and the sort value as `sort` and as the text `key`. Returns its rows
/// with their representations, with one statement. `direction` is the direction of the sort order: `asc` or `desc`.
pub(crate) async fn stored<E: Entry>(
    db: &impl ConnectionTrait,
    query: Statement,
    direction: &str,
) -> Result<StoredRows<E>> {
    let Statement { sql, values, db_backend } = query;
    let text = format!(
        "with k as ({sql}) \
         select v.version, k.id, k.key, k.slug, r.revision, r.updated_at, r.last_confirmed_on, r.body \
           from directory_version v \
           left join k on true \
           left join representation_pending p on p.entry_id = k.id \
           left join representation r on r.entry_id = k.id and r.format = {FORMAT} and p.entry_id is null \
          order by k.sort {direction}, k.id {direction}"
    );
    let found = FoundRow::find_by_statement(Statement { sql: text, values, db_backend }).all(db).await?;
    let version = found.first().map_or(0, |row| row.version);
    let prefix = prefix();
    Ok(StoredRows { version, rows: found.into_iter().filter_map(|row| row.stored(&prefix)).collect() })
}

/// Runs a query of one entry, which returns `id` and `slug`. Returns its row with its representation, with one statement: without
/// the directory version and the sort order of `stored`, which take a third of the time.
pub(crate) async fn stored_entry<E: Entry>(
    db: &impl ConnectionTrait,
    query: Statement,
) -> Result<Option<StoredRow<E>>> {
    let Statement { sql, values, db_backend } = query;
    let text = format!(
        "select 0::bigint as version, k.id, '' as key, k.slug, r.revision, r.updated_at, r.last_confirmed_on, r.body \
           from ({sql}) k \
           left join representation_pending p on p.entry_id = k.id \
           left join representation r on r.entry_id = k.id and r.format = {FORMAT} and p.entry_id is null"
    );
    let found = FoundRow::find_by_statement(Statement { sql: text, values, db_backend }).one(db).await?;
    Ok(found.and_then(|row| row.stored(&prefix())))
}

impl FoundRow {
    fn stored<E: Entry>(self, prefix: &str) -> Option<StoredRow<E>> {
        let Self { version: _, id, key, slug, revision, updated_at, last_confirmed_on, body } = self;
        let (id, slug) = (id?, slug?);
        let entry = |((revision, updated_at), body): ((i64, DateTime<Utc>), String)| StoredEntry {
            revision,
            updated_at,
            json: filled(&body, prefix, freshness(last_confirmed_on)),
            parse: |json| serde_json::from_str(json),
        };
        let entry = revision.zip(updated_at).zip(body).map(entry);
        Some(StoredRow { position: Position { key: key.unwrap_or_default(), id }, slug, entry })
    }
}

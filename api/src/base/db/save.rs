//! Bulk inserts and updates, and the summary of an import.

use std::fmt;

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn,
};

use crate::base::error::Result;

/// Number of rows per statement. PostgreSQL accepts up to 65,535 values.
const CHUNK: usize = 1000;

/// Numbers of created, updated and unchanged entries of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportSummary {
    /// Number of created entries.
    pub created: usize,
    /// Number of updated entries.
    pub updated: usize,
    /// Number of unchanged entries.
    pub unchanged: usize,
    /// Entries whose official key changed.
    pub key_changes: Vec<KeyChange>,
}

/// A change of the official key of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// Slug of the entry.
    pub slug: String,
    /// Official key before the import. `None` if the entry had none.
    pub old: Option<String>,
    /// Official key after the import. `None` if the entry has none.
    pub new: Option<String>,
}

impl fmt::Display for KeyChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = |key: &Option<String>| key.clone().unwrap_or_else(|| "none".to_owned());
        write!(f, "{}: official key {} \u{2192} {}", self.slug, key(&self.old), key(&self.new))
    }
}

impl ImportSummary {
    /// Adds the numbers and key changes of another summary.
    pub(crate) fn add(&mut self, more: Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
        self.key_changes.extend(more.key_changes);
    }

    /// Counts an entry. `same` is whether the existing entry is equal, or `None` for a new entry. Returns whether the
    /// entry must be written.
    pub(crate) fn note(&mut self, same: Option<bool>) -> bool {
        match same {
            Some(true) => self.unchanged += 1,
            Some(false) => self.updated += 1,
            None => self.created += 1,
        }
        same != Some(true)
    }
}

/// Inserts rows. If the primary key exists, updates the columns that are set, except `created_at`. Fails with
/// `Error::Taken` if another unique value exists.
pub(crate) async fn upsert<E, A>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send + Clone,
{
    let key: Vec<E::Column> = E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column).collect();
    let is_key = |column: &E::Column| key.iter().any(|key| key.as_str() == column.as_str());
    let is_written =
        |row: &A, column: &E::Column| row.get(*column).is_set() && !is_key(column) && column.as_str() != "created_at";
    for chunk in rows.chunks(CHUNK) {
        let columns =
            chunk.first().into_iter().flat_map(|row| E::Column::iter().filter(|column| is_written(row, column)));
        let conflict = OnConflict::columns(key.iter().copied()).update_columns(columns).to_owned();
        E::insert_many(chunk.to_vec()).on_conflict(conflict).exec_without_returning(tx).await?;
    }
    Ok(())
}

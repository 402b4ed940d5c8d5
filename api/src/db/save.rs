//! Many rows at once.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, ConnectionTrait, EntityTrait, Iterable, PrimaryKeyToColumn};

use uuid::Uuid;

use crate::error::Result;

/// Rows in one statement; PostgreSQL takes 65,535 values.
const CHUNK: usize = 1000;

/// What became of entries that were stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
}

impl Stored {
    pub(crate) fn add(&mut self, more: Self) {
        self.created += more.created;
        self.updated += more.updated;
        self.unchanged += more.unchanged;
    }

    /// Notes what becomes of an entry, and gives the id to write it under if it must be written.
    pub(crate) fn note<T: PartialEq>(&mut self, known: Option<&(Uuid, T)>, input: &T) -> Option<Uuid> {
        match known {
            Some((_, same)) if same == input => {
                self.unchanged += 1;
                None
            }
            Some((id, _)) => {
                self.updated += 1;
                Some(*id)
            }
            None => {
                self.created += 1;
                Some(Uuid::now_v7())
            }
        }
    }
}

/// Inserts rows, or writes `columns` where the primary key is there already.
pub(crate) async fn upsert<E, A>(tx: &impl ConnectionTrait, rows: Vec<A>, columns: &[E::Column]) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send + Clone,
{
    let key = || E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    for chunk in rows.chunks(CHUNK) {
        let conflict = OnConflict::columns(key()).update_columns(columns.iter().copied()).to_owned();
        E::insert_many(chunk.to_vec()).on_conflict(conflict).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Inserts rows that are not there yet.
pub(crate) async fn insert<E, A>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<()>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send + Clone,
{
    for chunk in rows.chunks(CHUNK) {
        E::insert_many(chunk.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

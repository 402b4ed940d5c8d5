//! What every list does alike once its filters and its order are known.

use sea_orm::{DatabaseConnection, EntityTrait, Select};
use uuid::Uuid;

use crate::error::Result;
use crate::format::Record;
use crate::http::Position;
use crate::keyset::{SortKey, slice};
use crate::search::Search;

/// What a list asks for: which rows, in which order.
pub(crate) struct Asked<E: EntityTrait> {
    pub rows: Select<E>,
    pub id: E::Column,
    pub order: SortKey,
    pub search: Option<Search>,
    /// Is it shown where in its texts each entry was found?
    pub highlight: bool,
}

impl<E: EntityTrait> Asked<E> {
    /// The entries that follow a position, and where to read on if there are more.
    pub(crate) async fn part<T: Record>(
        self,
        db: &DatabaseConnection,
        (after, limit): (Option<&Position>, u64),
        load: impl AsyncFn(&DatabaseConnection, &[Uuid]) -> Result<Vec<T>>,
    ) -> Result<(Vec<T>, Option<Position>)> {
        let (ids, next) = slice(db, self.rows, self.id, self.order, after, limit).await?;
        let mut entries = load(db, &ids).await?;
        if let Some(search) = self.search.filter(|_| self.highlight) {
            let marked = search.highlight(db, &entries.iter().map(T::texts).collect::<Vec<_>>()).await?;
            for (entry, marked) in entries.iter_mut().zip(marked) {
                entry.mark(marked);
            }
        }
        Ok((entries, next))
    }
}

/// The values of a filter, if any were given.
pub(crate) fn some<T: Clone>(values: &[T]) -> Option<Vec<T>> {
    (!values.is_empty()).then(|| values.to_vec())
}

//! The prepared query of a list, and its parts.

use sea_orm::prelude::Expr;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, ModelTrait, QueryFilter, QueryTrait, Select,
};
use uuid::Uuid;

use super::ranking::Ranking;
use super::{ListPlan, RequestedOrder};
use crate::base::db::version::seen_version;
use crate::base::error::Result;
use crate::http::format::{Record, Represented};
use crate::http::{ListPart, Position};
use crate::query::entry::Entry;
use crate::query::full_text::Search;
use crate::query::keyset::{Slice, SortKey, in_order};
use crate::query::representations::{StoredRow, StoredRows, stored};

/// The prepared query of a list, which is read in parts.
#[derive(Clone)]
pub(super) struct PreparedList<E: EntityTrait> {
    pub rows: Select<E>,
    pub order: SortKey,
    /// The entries in the order of their relevance, if the list has this order. They replace `rows` and `order`.
    pub ranking: Option<Ranking>,
    pub search: Option<Search>,
    pub highlight: bool,
}

impl<E: EntityTrait> PreparedList<E> {
    /// Prepares the query. `highlight` marks the matches of the search in the texts of the entries.
    pub(super) fn new(plan: &ListPlan, search: Option<Search>, highlight: bool) -> Self {
        let relevance = |search: &Search, is_ascending| Some(Ranking { hits: search.hits.clone(), is_ascending });
        let (order, ranking) = match (&plan.order, &search) {
            (Some(RequestedOrder { key: Some(key), is_descending }), _) => (key.clone().turned(*is_descending), None),
            (Some(RequestedOrder { key: None, is_descending }), Some(search)) => {
                (plan.default_order.clone(), relevance(search, !is_descending))
            }
            (None, Some(search)) => (plan.default_order.clone(), relevance(search, false)),
            (Some(RequestedOrder { key: None, .. }) | None, None) => (plan.default_order.clone(), None),
        };
        let rows = match &search {
            Some(_) if ranking.is_some() => E::find(),
            Some(search) => search.rows(),
            None => plan.filters.select(),
        };
        Self { rows, order, ranking, search, highlight }
    }

    fn slice(&self, after: Option<&Position>, limit: u64) -> Slice<E> {
        Slice { rows: self.rows.clone(), order: self.order.clone(), after: after.cloned(), limit }
    }

    /// Returns up to `limit` entries after a position, which `views` builds from their rows.
    pub(super) async fn built_part<M, T>(
        &self,
        db: &DatabaseTransaction,
        after: Option<&Position>,
        limit: u64,
        views: &impl AsyncFn(&DatabaseTransaction, Vec<M>) -> Result<Vec<T>>,
    ) -> Result<ListPart<T>>
    where
        M: ModelTrait<Entity = E>,
        E: EntityTrait<Model = M>,
        T: Record,
    {
        let (positions, next) = match &self.ranking {
            Some(ranking) => ranking.part(after, limit)?.positions(),
            None => self.slice(after, limit).positions(db).await?,
        };
        let version = if T::CHANGES_WITH_VERSION { seen_version(db).await? } else { None };
        if positions.is_empty() {
            return Ok(ListPart { items: vec![], next, version });
        }
        let ids: Vec<Uuid> = positions.iter().map(|position| position.id).collect();
        let rows = of_ids::<E>(ids).all(db).await?;
        let mut entries = in_order(positions, views(db, rows).await?, T::id);
        if let Some(search) = self.search.as_ref().filter(|_| self.highlight) {
            for (entry, _) in &mut entries {
                entry.mark(search.highlight(&entry.texts()));
            }
        }
        for (entry, key) in entries.iter_mut().filter(|_| self.ranking.is_some()) {
            entry.rank(key);
        }
        Ok(ListPart { items: entries.into_iter().map(|(entry, _)| Represented::Built(entry)).collect(), next, version })
    }

    /// Returns up to `limit` entries after a position, with one statement. Returns `None` if one of them has no stored
    /// representation.
    pub(super) async fn stored_part<T: Entry<Table = E>>(
        &self,
        db: &impl ConnectionTrait,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<Option<ListPart<T>>> {
        let (StoredRows { version, rows }, next) = self.stored_rows(db, after, limit).await?;
        Ok(part(rows, next, version))
    }

    /// Returns the entries with these IDs, with one statement: one at a position, if there is one, and up to `limit` after it.
    /// Returns `None` if one of them has no stored representation, or if no entry is at the position any more.
    pub(super) async fn stored_part_of<T: Entry<Table = E>>(
        &self,
        db: &impl ConnectionTrait,
        ids: Vec<Uuid>,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<Option<ListPart<T>>> {
        let slice = Slice { rows: of_ids::<E>(ids), order: self.order.clone(), after: None, limit: limit + 1 };
        let mut found = stored::<T>(db, slice.sorted_keys()?.build(DbBackend::Postgres), slice.direction()).await?;
        if let Some(after) = after {
            if found.rows.first().is_none_or(|first| first.position != *after) {
                return Ok(None);
            }
            found.rows.remove(0);
        }
        let (rows, next) = Slice { limit, ..slice }.cut(found.rows, |row| &row.position);
        Ok(part(rows, next, found.version))
    }

    /// Returns up to `limit` entries after a position. Those without a stored representation are built from their rows, with
    /// further statements.
    pub(super) async fn whole_part<T: Entry<Table = E>>(
        &self,
        db: &DatabaseTransaction,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<ListPart<T>> {
        let (found, next) = self.stored_rows(db, after, limit).await?;
        let version = Some(found.version);
        Ok(ListPart { items: found.complete(db).await?, next, version })
    }

    /// Returns the rows of a part, and the position to continue from.
    async fn stored_rows<T: Entry<Table = E>>(
        &self,
        db: &impl ConnectionTrait,
        after: Option<&Position>,
        limit: u64,
    ) -> Result<(StoredRows<T>, Option<Position>)> {
        let Some(ranking) = &self.ranking else {
            let slice = self.slice(after, limit);
            let found = stored::<T>(db, slice.sorted_keys()?.build(DbBackend::Postgres), slice.direction()).await?;
            let (rows, next) = slice.cut(found.rows, |row| &row.position);
            return Ok((StoredRows { rows, ..found }, next));
        };
        let (positions, next) = ranking.part(after, limit)?.positions();
        let ids: Vec<Uuid> = positions.iter().map(|position| position.id).collect();
        let slice = Slice { rows: of_ids::<E>(ids), order: self.order.clone(), after: None, limit };
        let found = stored::<T>(db, slice.sorted_keys()?.build(DbBackend::Postgres), slice.direction()).await?;
        let rows = in_order(positions, found.rows, |row| row.position.id).into_iter().map(|(row, _)| row).collect();
        Ok((StoredRows { rows, ..found }, next))
    }
}

/// Returns the query of the entries with these IDs.
fn of_ids<E: EntityTrait>(ids: Vec<Uuid>) -> Select<E> {
    E::find().filter(Expr::cust_with_values(format!("{}.id = any ($1)", E::default().table_name()), [ids]))
}

/// Returns the part of these rows. `None` if one of them has no stored representation.
fn part<T>(rows: Vec<StoredRow<T>>, next: Option<Position>, version: i64) -> Option<ListPart<T>> {
    let items: Option<_> = rows.into_iter().map(|row| row.entry.map(Represented::Stored)).collect();
    items.map(|items| ListPart { items, next, version: Some(version) })
}

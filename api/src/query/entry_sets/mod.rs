//! Sets of entries of one directory version: those with each value of a facet, and those that meet a condition.
//!
//! Facets are counted, and pages of filtered lists are found, by intersecting the sets, so that the database finds the entries of
//! a value or of a condition once.

mod order;

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::Text;
use moka::future::Cache;
use roaring::RoaringBitmap;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QuerySelect, QueryTrait, Statement};
use uuid::Uuid;

use self::order::EntryOrder;
use crate::base::db::sql;
use crate::base::error::Error;
use crate::http::Position;
use crate::model::facet_value::FacetValue;
use crate::query::facets::{Facet, aggregated_ids};
use crate::query::filter::Filter;
use crate::query::keyset::SortKey;

/// Largest memory of the sets of conditions, and of the sort orders, in bytes.
const CAPACITY: u64 = 16 << 20;

/// Sets of the entries of one directory version, read from the database at their first use. An entry is represented by the
/// position of its ID among all IDs of its table.
///
/// Requests wait for sets that another request is reading. A transaction must not read them, because it would keep a connection
/// that the other request may need.
pub(crate) struct EntrySets {
    version: i64,
    /// Sorted IDs of all entries, by table.
    ids: Cache<&'static str, Arc<[Uuid]>>,
    /// Sets of the values of facets, by table and name.
    values: Cache<(&'static str, &'static str), Arc<[ValueSet]>>,
    /// Sets of conditions, by query.
    matching: Cache<String, Arc<RoaringBitmap>>,
    /// Sort orders, by query.
    orders: Cache<String, Arc<EntryOrder>>,
}

/// Part of a list: up to `limit` entries after a position.
pub(crate) struct SetSlice<'a> {
    /// Conditions on the entries.
    pub filters: &'a Filter,
    /// Sort order of the list.
    pub order: &'a SortKey,
    /// The position. `None` at the start of the list.
    pub after: Option<&'a Position>,
    /// Largest number of entries.
    pub limit: u64,
}

/// The entries of a part of a list.
pub(crate) struct FoundEntries {
    /// IDs of the entry at the position, if there is one, and of the entries of the part. One more than the limit, if there are
    /// more entries.
    pub ids: Vec<Uuid>,
    /// Number of entries of the list.
    pub total: u64,
}

/// The entries with a value of a facet.
struct ValueSet {
    value: String,
    label: Text,
    entries: RoaringBitmap,
}

/// Why sets could not be read: an error, or `None` if the database has another version.
type Unread = Option<Error>;

impl EntrySets {
    /// Returns the sets of a directory version, none of which are read.
    pub(crate) fn of(version: i64) -> Self {
        let weight = |query: &String, size: usize| u32::try_from(query.len() + size).unwrap_or(u32::MAX);
        let of_set = move |query: &String, set: &Arc<RoaringBitmap>| weight(query, set.serialized_size());
        let of_order = move |query: &String, order: &Arc<EntryOrder>| weight(query, order.size());
        Self {
            version,
            ids: Cache::builder().build(),
            values: Cache::builder().build(),
            matching: Cache::builder().weigher(of_set).max_capacity(CAPACITY).build(),
            orders: Cache::builder().weigher(of_order).max_capacity(CAPACITY).build(),
        }
    }

    /// Finds a part of a list. Returns `None` if `db` sees another version, if the list has no conditions, or if its order or
    /// position is not known.
    pub(crate) async fn find<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        slice: SetSlice<'_>,
    ) -> Result<Option<FoundEntries>, Error> {
        let found = self.find_in::<E>(db, slice).await;
        found.or_else(|unread| unread.as_ref().as_ref().map_or(Ok(None), |error| Err(error.shared())))
    }

    async fn find_in<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        SetSlice { filters, order, after, limit }: SetSlice<'_>,
    ) -> Result<Option<FoundEntries>, Arc<Unread>> {
        let (table, Some(query)) = (filters.table, order.all_ids::<E>()) else { return Ok(None) };
        let ids = self.ids.try_get_with(table, self.read_ids::<E>(db, table)).await?;
        let order = self.orders.try_get_with(query.sql.clone(), self.read_order(db, query, &ids)).await?;
        let Some(matching) = self.matching::<E>(db, filters, &ids).await? else { return Ok(None) };
        let after = match after.map(|after| ids.binary_search(&after.id)) {
            Some(Err(_)) => return Ok(None),
            Some(Ok(position)) => u32::try_from(position).ok(),
            None => None,
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
        let found = after.into_iter().chain(order.first(&matching, after, limit));
        let ids = found.filter_map(|position| ids.get(position as usize).copied()).collect();
        Ok(Some(FoundEntries { ids, total: matching.len() }))
    }

    /// Counts the values of facets in the entries that meet their filters, the most frequent values first. Returns `None` if `db`
    /// sees another version.
    pub(crate) async fn count<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        facets: &[Facet],
    ) -> Result<Option<BTreeMap<&'static str, Vec<FacetValue>>>, Error> {
        let mut counted = BTreeMap::new();
        for facet in facets {
            match self.count_one::<E>(db, facet).await {
                Ok((name, values)) => counted.insert(name, values),
                Err(unread) => return unread.as_ref().as_ref().map_or(Ok(None), |error| Err(error.shared())),
            };
        }
        Ok(Some(counted))
    }

    async fn count_one<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        facet: &Facet,
    ) -> Result<(&'static str, Vec<FacetValue>), Arc<Unread>> {
        let table = facet.filters.table;
        let ids = self.ids.try_get_with(table, self.read_ids::<E>(db, table)).await?;
        let values = self.values.try_get_with((table, facet.name), self.read_values(db, facet, &ids)).await?;
        let matching = self.matching::<E>(db, &facet.filters, &ids).await?;
        let count = |set: &ValueSet| {
            let count = matching.as_ref().map_or(set.entries.len(), |matching| set.entries.intersection_len(matching));
            let count = i64::try_from(count).ok().filter(|count| *count > 0)?;
            Some(FacetValue { value: set.value.clone(), label: set.label.clone(), count })
        };
        Ok(facet.counted(values.iter().filter_map(count)))
    }

    /// Returns the set of the entries that meet all conditions. `None` if there are none.
    async fn matching<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        filters: &Filter,
        ids: &[Uuid],
    ) -> Result<Option<RoaringBitmap>, Arc<Unread>> {
        let mut matching: Option<RoaringBitmap> = None;
        for condition in filters.split() {
            let query = query::<E>(&condition);
            let key = format!("{} {:?}", query.sql, query.values);
            let set = self.matching.try_get_with(key, self.read_matching(db, query, ids)).await?;
            matching = Some(matching.map_or_else(|| (*set).clone(), |matching| matching & &*set));
        }
        Ok(matching)
    }

    async fn read_ids<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        table: &'static str,
    ) -> Result<Arc<[Uuid]>, Unread> {
        let all = query::<E>(&Filter::of_table(table));
        let mut ids: Vec<Uuid> = self.read(db, all).await?.iter().flat_map(FoundSet::ids).collect();
        ids.sort_unstable();
        Ok(ids.into())
    }

    async fn read_order(
        &self,
        db: &impl ConnectionTrait,
        query: Statement,
        ids: &[Uuid],
    ) -> Result<Arc<EntryOrder>, Unread> {
        let in_order: Vec<Uuid> = self.read(db, aggregated(query)).await?.iter().flat_map(FoundSet::ids).collect();
        Ok(Arc::new(EntryOrder::new(&in_order, ids)))
    }

    async fn read_values(
        &self,
        db: &impl ConnectionTrait,
        facet: &Facet,
        ids: &[Uuid],
    ) -> Result<Arc<[ValueSet]>, Unread> {
        let found = self.read(db, sql(&facet.source.values(facet.filters.table), [])).await?;
        let set = |found: FoundSet| {
            let entries = found.entries(ids);
            let value = found.value?;
            Some(ValueSet { label: facet.label_of(&value, found.label), value, entries })
        };
        Ok(found.into_iter().filter_map(set).collect())
    }

    async fn read_matching(
        &self,
        db: &impl ConnectionTrait,
        query: Statement,
        ids: &[Uuid],
    ) -> Result<Arc<RoaringBitmap>, Unread> {
        let found = self.read(db, query).await?;
        Ok(Arc::new(found.first().map(|found| found.entries(ids)).unwrap_or_default()))
    }

    /// Reads sets. Fails if the database has another version.
    async fn read(&self, db: &impl ConnectionTrait, query: Statement) -> Result<Vec<FoundSet>, Unread> {
        let sql = format!("select v.version, s.* from directory_version v left join ({}) s on true", query.sql);
        let found = FoundSet::find_by_statement(Statement { sql, ..query }).all(db).await.map_err(Error::from)?;
        if found.iter().any(|found| found.version != self.version) {
            return Err(None);
        }
        Ok(found)
    }
}

/// A set as read from the database. `value` is that of a facet.
#[derive(FromQueryResult)]
struct FoundSet {
    version: i64,
    value: Option<String>,
    label: Option<Text>,
    ids: Option<Vec<u8>>,
}

impl FoundSet {
    fn ids(&self) -> impl Iterator<Item = Uuid> {
        let (ids, _) = self.ids.as_deref().unwrap_or_default().as_chunks();
        ids.iter().copied().map(Uuid::from_bytes)
    }

    /// Returns the positions of the entries among all IDs.
    fn entries(&self, all: &[Uuid]) -> RoaringBitmap {
        let position = |id: Uuid| u32::try_from(all.binary_search(&id).ok()?).ok();
        self.ids().filter_map(position).collect()
    }
}

/// Returns the IDs of the entries that meet conditions.
pub(crate) async fn matching_ids<E: EntityTrait>(
    db: &impl ConnectionTrait,
    filters: &Filter,
) -> Result<Vec<Uuid>, Error> {
    let Statement { sql, values, db_backend } = query::<E>(filters);
    let sql = format!("select 0::bigint as version, s.* from ({sql}) s");
    let found = FoundSet::find_by_statement(Statement { sql, values, db_backend }).all(db).await?;
    Ok(found.iter().flat_map(FoundSet::ids).collect())
}

/// Returns the query of the set of the entries that meet conditions.
fn query<E: EntityTrait>(filter: &Filter) -> Statement {
    let ids = filter.select::<E>().select_only().expr_as(Expr::cust(format!("{}.id", filter.table)), "id");
    aggregated(ids.build(DbBackend::Postgres))
}

/// Returns the query of a set, from the query of its IDs, whose order it keeps.
fn aggregated(ids: Statement) -> Statement {
    let columns = format!("null::text as value, null::jsonb as label, {}", aggregated_ids("n.id"));
    Statement { sql: format!("select {columns} from ({}) n", ids.sql), ..ids }
}

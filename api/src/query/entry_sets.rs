//! Sets of entries of one directory version: those with each value of a facet, and those that meet a condition.
//!
//! Facets are counted by intersecting the sets, so that the database finds the entries of a value or of a condition once.

use std::collections::BTreeMap;
use std::sync::Arc;

use entity::Text;
use moka::future::Cache;
use roaring::RoaringBitmap;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QuerySelect, QueryTrait, Statement};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::Error;
use crate::model::facet_value::FacetValue;
use crate::query::facets::{Facet, aggregated_ids};
use crate::query::filter::Filter;

/// Largest memory of the sets of conditions, in bytes.
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
        let size = |query: &String, set: &Arc<RoaringBitmap>| {
            u32::try_from(query.len() + set.serialized_size()).unwrap_or(u32::MAX)
        };
        let matching = Cache::builder().weigher(size).max_capacity(CAPACITY).build();
        Self { version, ids: Cache::builder().build(), values: Cache::builder().build(), matching }
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
        let mut matching: Option<RoaringBitmap> = None;
        for condition in facet.filters.split() {
            let query = query::<E>(&condition);
            let key = format!("{} {:?}", query.sql, query.values);
            let set = self.matching.try_get_with(key, self.read_matching(db, query, &ids)).await?;
            matching = Some(matching.map_or_else(|| (*set).clone(), |matching| matching & &*set));
        }
        let count = |set: &ValueSet| {
            let count = matching.as_ref().map_or(set.entries.len(), |matching| set.entries.intersection_len(matching));
            let count = i64::try_from(count).ok().filter(|count| *count > 0)?;
            Some(FacetValue { value: set.value.clone(), label: set.label.clone(), count })
        };
        Ok(facet.counted(values.iter().filter_map(count)))
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

/// Returns the query of the set of the entries that meet conditions.
fn query<E: EntityTrait>(filter: &Filter) -> Statement {
    let ids = filter.select::<E>(None).select_only().expr_as(Expr::cust(format!("{}.id", filter.table)), "id");
    let Statement { sql, values, db_backend } = ids.build(DbBackend::Postgres);
    let sql = format!("select null::text as value, null::jsonb as label, {} from ({sql}) n", aggregated_ids("n.id"));
    Statement { sql, values, db_backend }
}

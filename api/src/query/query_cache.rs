//! Results that stay the same for one directory version: IDs of the entries that filters name, totals, and the sets of entries
//! of facets and filters.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpRequest;
use actix_web::web::Data;
use chrono::NaiveDate;
use moka::future::Cache;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect, QueryTrait, Select, Statement};
use uuid::Uuid;

use crate::base::dates::today;
use crate::base::error::{Error, Result};
use crate::model::catalog::Resource;
use crate::model::facet_value::FacetValue;
use crate::query::entry_sets::{EntrySets, FoundEntries, SetSlice};
use crate::query::facets::Facet;

/// Number of results of each kind that are kept.
const CAPACITY: u64 = 2_000;

/// Number of parts of filtered lists that the tables are searched for in one directory version, before their sets are read. Sets
/// take as long as several parts.
const PARTS_WITHOUT_SETS: u64 = 8;

/// The results of the newest directory version that a request has read.
#[derive(Default)]
pub(crate) struct QueryCache(Mutex<Option<Arc<VersionResults>>>);

/// The results of one directory version on one day. Filters such as `upcoming` depend on the date.
pub(crate) struct VersionResults {
    version: i64,
    day: NaiveDate,
    ids: Cache<String, Arc<[Uuid]>>,
    totals: Cache<String, u64>,
    sets: EntrySets,
    /// Number of parts of filtered lists that were asked for.
    parts: AtomicU64,
}

impl QueryCache {
    /// Returns the cache of the service.
    pub(crate) fn of(req: &HttpRequest) -> Result<&Self> {
        let cache = req.app_data::<Data<Self>>().map(Data::get_ref);
        cache.ok_or_else(|| Error::internal(anyhow::anyhow!("the query cache is not registered")))
    }

    /// Returns the results of one directory version. Those of older versions are discarded.
    pub(crate) fn at(&self, version: i64) -> Arc<VersionResults> {
        let mut newest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let day = today();
        let new = || Arc::new(VersionResults::of(version, day));
        match &*newest {
            Some(results) if results.time() == (version, day) => results.clone(),
            // A read that began before the newest version.
            Some(results) if results.time() > (version, day) => new(),
            _ => newest.insert(new()).clone(),
        }
    }
}

impl VersionResults {
    fn of(version: i64, day: NaiveDate) -> Self {
        let (ids, totals) = (Cache::new(CAPACITY), Cache::new(CAPACITY));
        Self { version, day, ids, totals, sets: EntrySets::of(version), parts: AtomicU64::new(0) }
    }

    fn time(&self) -> (i64, NaiveDate) {
        (self.version, self.day)
    }

    /// Returns the IDs of the entries that a filter names. Fails with `Error::Parameters` for unknown names.
    pub(crate) async fn ids(
        &self,
        db: &impl ConnectionTrait,
        resource: &Resource,
        names: &[String],
    ) -> Result<Arc<[Uuid]>> {
        let key = format!("{} {names:?}", resource.collection);
        if let Some(known) = self.ids.get(&key).await {
            return Ok(known);
        }
        let found: Arc<[Uuid]> = resource.check(db, names).await?.into();
        self.ids.insert(key, found.clone()).await;
        Ok(found)
    }

    /// Returns the number of rows. Returns `None` if `db` sees another version.
    pub(crate) async fn total<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        rows: &Select<E>,
    ) -> Result<Option<u64>> {
        let key = text(rows);
        if let Some(known) = self.totals.get(&key).await {
            return Ok(Some(known));
        }
        let Statement { sql, values, db_backend } = ids(rows).build(DbBackend::Postgres);
        let sql = format!("select v.version, (select count(*) from ({sql}) n) as total from directory_version v");
        let Some(row) = db.query_one_raw(Statement { sql, values, db_backend }).await? else { return Ok(None) };
        let (version, total): (i64, i64) = (row.try_get("", "version")?, row.try_get("", "total")?);
        if version != self.version {
            return Ok(None);
        }
        self.totals.insert(key, total.unsigned_abs()).await;
        Ok(Some(total.unsigned_abs()))
    }

    /// Finds a part of a filtered list. Returns `None` if the tables are to be searched for it.
    pub(crate) async fn find<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        slice: SetSlice<'_>,
    ) -> Result<Option<FoundEntries>> {
        if slice.filters.is_empty() || self.parts.fetch_add(1, Ordering::Relaxed) < PARTS_WITHOUT_SETS {
            return Ok(None);
        }
        self.sets.find::<E>(db, slice).await
    }

    /// Returns the directory version of the results.
    pub(crate) fn version(&self) -> i64 {
        self.version
    }

    /// Returns the values of facets with their counts. Returns `None` if `db` sees another version.
    pub(crate) async fn facets<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        facets: &[Facet],
    ) -> Result<Option<BTreeMap<&'static str, Vec<FacetValue>>>> {
        self.sets.count::<E>(db, facets).await
    }
}

/// Returns the number of rows.
pub(crate) async fn count<E: EntityTrait>(db: &impl ConnectionTrait, rows: &Select<E>) -> Result<u64> {
    let Statement { sql, values, db_backend } = ids(rows).build(DbBackend::Postgres);
    let sql = format!("select count(*) as total from ({sql}) n");
    let row = db.query_one_raw(Statement { sql, values, db_backend }).await?;
    let total: i64 = row.map_or(Ok(0), |row| row.try_get("", "total"))?;
    Ok(total.unsigned_abs())
}

fn ids<E: EntityTrait>(rows: &Select<E>) -> Select<E> {
    rows.clone().select_only().expr(sea_orm::prelude::Expr::cust("1"))
}

fn text<E: EntityTrait>(rows: &Select<E>) -> String {
    let Statement { sql, values, .. } = ids(rows).build(DbBackend::Postgres);
    format!("{sql} {values:?}")
}

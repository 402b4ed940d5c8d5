//! Results that stay the same for one directory version: IDs of the entries that filters name, totals, and facets without
//! filters.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::HttpRequest;
use actix_web::web::Data;
use moka::future::Cache;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QuerySelect, QueryTrait, Select, Statement};
use uuid::Uuid;

use crate::base::dates::today;
use crate::base::error::{Error, Result};
use crate::model::catalog::Resource;
use crate::model::facet_value::FacetValue;
use crate::query::facets::{Facet, facet_values};

/// Number of results of each kind that are kept.
const CAPACITY: u64 = 2_000;

/// Results by directory version, date and query. Filters such as `upcoming` depend on the date.
#[derive(Clone)]
pub(crate) struct QueryCache {
    ids: Cache<String, Arc<[Uuid]>>,
    totals: Cache<String, u64>,
    facets: Cache<String, Arc<[FacetValue]>>,
}

impl Default for QueryCache {
    fn default() -> Self {
        Self { ids: Cache::new(CAPACITY), totals: Cache::new(CAPACITY), facets: Cache::new(CAPACITY) }
    }
}

/// The results of one directory version.
#[derive(Clone, Copy)]
pub(crate) struct VersionResults<'a> {
    cache: &'a QueryCache,
    version: i64,
}

impl QueryCache {
    /// Returns the cache of the service.
    pub(crate) fn of(req: &HttpRequest) -> Result<&Self> {
        let cache = req.app_data::<Data<Self>>().map(Data::get_ref);
        cache.ok_or_else(|| Error::internal(anyhow::anyhow!("the query cache is not registered")))
    }

    /// Returns the results of one directory version.
    pub(crate) fn at(&self, version: i64) -> VersionResults<'_> {
        VersionResults { cache: self, version }
    }
}

impl VersionResults<'_> {
    fn key(&self, query: &str) -> String {
        format!("{} {} {query}", self.version, today())
    }

    /// Returns the IDs of the entries that a filter names. Fails with `Error::Parameters` for unknown names.
    pub(crate) async fn ids(
        &self,
        db: &impl ConnectionTrait,
        resource: &Resource,
        names: &[String],
    ) -> Result<Arc<[Uuid]>> {
        let key = self.key(&format!("{} {names:?}", resource.collection));
        if let Some(known) = self.cache.ids.get(&key).await {
            return Ok(known);
        }
        let found: Arc<[Uuid]> = resource.check(db, names).await?.into();
        self.cache.ids.insert(key, found.clone()).await;
        Ok(found)
    }

    /// Returns the number of rows. Returns `None` if `db` sees another version.
    pub(crate) async fn total<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        rows: &Select<E>,
    ) -> Result<Option<u64>> {
        let key = self.key(&text(rows));
        if let Some(known) = self.cache.totals.get(&key).await {
            return Ok(Some(known));
        }
        let Statement { sql, values, db_backend } = ids(rows).build(DbBackend::Postgres);
        let sql = format!("select v.version, (select count(*) from ({sql}) n) as total from directory_version v");
        let Some(row) = db.query_one_raw(Statement { sql, values, db_backend }).await? else { return Ok(None) };
        let (version, total): (i64, i64) = (row.try_get("", "version")?, row.try_get("", "total")?);
        if version != self.version {
            return Ok(None);
        }
        self.cache.totals.insert(key, total.unsigned_abs()).await;
        Ok(Some(total.unsigned_abs()))
    }

    /// Returns the values of facets of all entries. `db` must be a transaction that sees the version.
    pub(crate) async fn facets<E: EntityTrait>(
        &self,
        db: &impl ConnectionTrait,
        facets: Vec<Facet>,
        entries: impl Fn(&Facet) -> Select<E>,
    ) -> Result<Vec<(&'static str, Vec<FacetValue>)>> {
        let key = |facet: &Facet| self.key(&format!("{} {}", facet.filters.table, facet.name));
        let (mut values, mut unknown) = (vec![], vec![]);
        for facet in facets {
            match self.cache.facets.get(&key(&facet)).await {
                Some(known) => values.push((facet.name, known.to_vec())),
                None => unknown.push(facet),
            }
        }
        let keys: HashMap<_, _> = unknown.iter().map(|facet| (facet.name, key(facet))).collect();
        for (name, counted) in facet_values(db, unknown, entries).await? {
            if let Some(key) = keys.get(name) {
                self.cache.facets.insert(key.clone(), counted.clone().into()).await;
            }
            values.push((name, counted));
        }
        Ok(values)
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

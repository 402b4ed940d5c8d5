//! Builds representations from the tables.

use chrono::{DateTime, NaiveDate, Utc};
use futures_util::future::LocalBoxFuture;
use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, Value};
use uuid::Uuid;

use super::FORMAT;
use super::template::with_placeholders;
use crate::base::db::sql;
use crate::base::error::{Error, Result};
use crate::base::public_url::prefix;
use crate::model::catalog::Resource;
use crate::query::entry::Entry;

/// Builds the representations of the entries of one resource.
pub(crate) struct Builder {
    /// The resource of the entries.
    pub resource: &'static Resource,
    build: Build,
}

/// Builds the representations of the entries with these IDs.
type Build = for<'a> fn(&'a DatabaseTransaction, Vec<Uuid>) -> LocalBoxFuture<'a, Result<Vec<Representation>>>;

/// A row of the table `representation`.
#[derive(FromQueryResult, PartialEq, Eq)]
pub(super) struct Representation {
    pub entry_id: Uuid,
    revision: i64,
    updated_at: DateTime<Utc>,
    last_confirmed_on: Option<NaiveDate>,
    body: String,
}

impl Builder {
    /// Returns the builder for a type of entries.
    pub(crate) const fn of<E: Entry>() -> Self {
        Self { resource: E::RESOURCE, build: |tx, ids| Box::pin(build::<E>(tx, ids)) }
    }

    /// Builds the representations of some entries. Entries that cannot be represented are logged and omitted.
    pub(super) async fn build(&self, tx: &DatabaseTransaction, ids: Vec<Uuid>) -> Result<Vec<Representation>> {
        (self.build)(tx, ids).await
    }

    /// Stores representations.
    pub(super) async fn store(&self, tx: &DatabaseTransaction, built: Vec<Representation>) -> Result<()> {
        const STORE: &str = "insert into representation (entry_id, resource, revision, updated_at, last_confirmed_on, format, body) \
            select b.id, $6, b.revision, b.updated_at, nullif(b.last_confirmed_on, '')::date, $7, b.body \
              from unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[]) \
                   as b (id, revision, updated_at, last_confirmed_on, body) \
                on conflict (entry_id) do update set revision = excluded.revision, updated_at = excluded.updated_at, \
                   last_confirmed_on = excluded.last_confirmed_on, format = excluded.format, body = excluded.body";
        if built.is_empty() {
            return Ok(());
        }
        let dates = built.iter().map(|row| row.last_confirmed_on.map_or(String::new(), |date| date.to_string()));
        let values: [Value; 7] = [
            built.iter().map(|row| row.entry_id).collect::<Vec<_>>().into(),
            built.iter().map(|row| row.revision).collect::<Vec<_>>().into(),
            built.iter().map(|row| row.updated_at).collect::<Vec<_>>().into(),
            dates.collect::<Vec<_>>().into(),
            built.into_iter().map(|row| row.body).collect::<Vec<_>>().into(),
            self.resource.table.into(),
            FORMAT.into(),
        ];
        tx.execute_raw(sql(STORE, values)).await?;
        Ok(())
    }
}

async fn build<E: Entry>(tx: &DatabaseTransaction, ids: Vec<Uuid>) -> Result<Vec<Representation>> {
    let rows = E::Table::find().filter(Expr::cust_with_values("id = any ($1)", [ids])).all(tx).await?;
    match E::load(tx, rows.clone()).await {
        Ok(entries) => entries.iter().map(represent).collect(),
        Err(_) if rows.len() > 1 => {
            // One row that cannot be represented must not leave the others without a representation.
            let mut built = vec![];
            for row in rows {
                built.extend(built_alone::<E>(tx, row).await);
            }
            Ok(built)
        }
        Err(error) => {
            log(&error);
            Ok(vec![])
        }
    }
}

async fn built_alone<E: Entry>(
    tx: &DatabaseTransaction,
    row: <E::Table as EntityTrait>::Model,
) -> Option<Representation> {
    match E::load(tx, vec![row]).await {
        Ok(entries) => entries.first().and_then(|entry| represent(entry).ok()),
        Err(error) => {
            log(&error);
            None
        }
    }
}

fn log(error: &Error) {
    tracing::error!(cause = %error.chain(), "an entry cannot be represented");
}

fn represent<E: Entry>(entry: &E) -> Result<Representation> {
    let json = serde_json::to_string(entry).map_err(Error::internal)?;
    Ok(Representation {
        entry_id: entry.id(),
        revision: entry.revision().unwrap_or_default(),
        updated_at: entry.updated_at().unwrap_or_default(),
        last_confirmed_on: entry.last_confirmed_on(),
        body: with_placeholders(&json, &prefix()),
    })
}

//! Compares stored representations with the tables.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult};
use uuid::Uuid;

use super::FORMAT;
use super::builder::{Builder, Representation};
use crate::base::db::sql;
use crate::base::error::Result;

/// Number of entries that are compared at once.
const BATCH: usize = 500;

/// An entry whose stored representation differs from the tables, although it is not marked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the resource as used in paths.
    pub collection: &'static str,
    /// ID of the entry.
    pub id: Uuid,
}

#[derive(FromQueryResult)]
struct Entry {
    id: Uuid,
}

/// Returns the entries whose representation is missing, differs from the tables, or belongs to no entry, and that are not
/// marked. Reads all entries, with constant memory. Call it in a transaction that sees one snapshot.
pub(crate) async fn differences(tx: &DatabaseTransaction, builders: &[&Builder]) -> Result<Vec<Difference>> {
    let mut differences = vec![];
    for builder in builders {
        let table = builder.resource.table;
        let unmarked = format!(
            "select coalesce(e.id, r.entry_id) as id from {table} e \
               full join (select entry_id from representation where resource = $1) r on r.entry_id = e.id \
              where not exists (select from representation_pending p where p.entry_id = coalesce(e.id, r.entry_id)) order by 1"
        );
        let ids = Entry::find_by_statement(sql(&unmarked, [table.into()])).all(tx).await?;
        let ids: Vec<Uuid> = ids.into_iter().map(|entry| entry.id).collect();
        for ids in ids.chunks(BATCH) {
            let built = by_id(builder.build(tx, ids.to_vec()).await?);
            let stored = by_id(stored(tx, ids.to_vec()).await?);
            let differs = |id: &&Uuid| !built.contains_key(*id) || built.get(*id) != stored.get(*id);
            differences.extend(
                ids.iter().filter(differs).map(|id| Difference { collection: builder.resource.collection, id: *id }),
            );
        }
    }
    Ok(differences)
}

async fn stored(tx: &DatabaseTransaction, ids: Vec<Uuid>) -> Result<Vec<Representation>> {
    const STORED: &str = "select entry_id, revision, updated_at, last_confirmed_on, body from representation \
        where entry_id = any ($1) and format = $2";
    Ok(Representation::find_by_statement(sql(STORED, [ids.into(), FORMAT.into()])).all(tx).await?)
}

fn by_id(representations: Vec<Representation>) -> HashMap<Uuid, Representation> {
    representations.into_iter().map(|representation| (representation.entry_id, representation)).collect()
}

/// Marks entries, so that they are built again.
pub(crate) async fn mark(tx: &DatabaseTransaction, differences: &[Difference], builders: &[&Builder]) -> Result<()> {
    const MARK: &str = "insert into representation_pending (entry_id, resource, version) \
        select id, $2, v.version from unnest($1::uuid[]) id, directory_version v on conflict do nothing";
    for Builder { resource, .. } in builders {
        let of_resource = differences.iter().filter(|difference| difference.collection == resource.collection);
        let ids: Vec<Uuid> = of_resource.map(|difference| difference.id).collect();
        if !ids.is_empty() {
            tx.execute_raw(sql(MARK, [ids.into(), resource.table.into()])).await?;
        }
    }
    Ok(())
}

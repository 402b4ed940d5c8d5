//! Builds the representations of entries that are marked.

use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, DatabaseTransaction, FromQueryResult, Statement};
use uuid::Uuid;

use super::builder::Builder;
use crate::base::db::{Write, sql};
use crate::base::error::Result;

/// Largest number of representations that a write builds.
const MOST_IN_WRITE: i64 = 500;

/// A marked entry.
#[derive(FromQueryResult)]
struct Mark {
    entry_id: Uuid,
    resource: String,
}

/// Builds the representations that a write affects, except deferred ones.
pub(crate) async fn build_own(write: &Write, builders: &[&Builder]) -> Result<()> {
    const OWN: &str = "delete from representation_pending where entry_id in ( \
            select entry_id from representation_pending where version = $1 and not deferred limit $2) \
        returning entry_id, resource";
    let values = [write.version.number.into(), MOST_IN_WRITE.into()];
    build(&write.tx, builders, sql(OWN, values)).await.map(drop)
}

/// Builds up to `limit` representations, deferred ones last. Returns the number of entries.
pub(super) async fn build_some(tx: &DatabaseTransaction, builders: &[&Builder], limit: i64) -> Result<u64> {
    const SOME: &str = "delete from representation_pending where entry_id in ( \
            select entry_id from representation_pending where not failed and deferred = $1 limit $2) \
        returning entry_id, resource";
    for is_deferred in [false, true] {
        let values = [is_deferred.into(), limit.into()];
        let built = build(tx, builders, sql(SOME, values)).await?;
        if built > 0 {
            return Ok(built);
        }
    }
    Ok(0)
}

/// Builds the representations of the entries that a statement returns. Returns the number of entries.
async fn build(tx: &DatabaseTransaction, builders: &[&Builder], marks: Statement) -> Result<u64> {
    let marks = Mark::find_by_statement(marks).all(tx).await?;
    let count = marks.len() as u64;
    let mut marked: HashMap<String, Vec<Uuid>> = HashMap::new();
    for Mark { entry_id, resource } in marks {
        marked.entry(resource).or_default().push(entry_id);
    }
    for builder in builders {
        let Some(ids) = marked.remove(builder.resource.table) else { continue };
        let built = builder.build(tx, ids.clone()).await?;
        let found: HashSet<Uuid> = built.iter().map(|built| built.entry_id).collect();
        builder.store(tx, built).await?;
        let missing: Vec<Uuid> = ids.into_iter().filter(|id| !found.contains(id)).collect();
        if !missing.is_empty() {
            forget(tx, builder, missing).await?;
        }
    }
    Ok(count)
}

/// Deletes the representations of entries that were deleted or cannot be represented. The latter stay marked, and are not
/// built again until they change.
async fn forget(tx: &DatabaseTransaction, builder: &Builder, ids: Vec<Uuid>) -> Result<()> {
    const DELETE: &str = "delete from representation where entry_id = any ($1)";
    let table = builder.resource.table;
    let mark = format!(
        "insert into representation_pending (entry_id, resource, version, failed) \
         select e.id, $2, v.version, true from {table} e, directory_version v where e.id = any ($1)"
    );
    tx.execute_raw(sql(DELETE, [ids.clone().into()])).await?;
    tx.execute_raw(sql(&mark, [ids.into(), table.into()])).await?;
    Ok(())
}

//! The background task that builds the representations which no write has built.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tokio::time::{Instant, sleep};

use super::FORMAT;
use super::builder::Builder;
use super::pending::build_some;
use crate::base::db::context::Context;
use crate::base::db::{Database, sql};
use crate::base::error::Result;
use crate::base::metrics::RepresentationMetrics;

/// Time after a write, in which further writes are waited for.
const DELAY: Duration = Duration::from_secs(1);

/// Longest time between two looks.
const INTERVAL: Duration = Duration::from_mins(10);

/// Number of entries per transaction on a server, where writes wait for it.
const BATCH: i64 = 200;

/// Number of entries per transaction in the embedded database, where reads wait for it, too.
const SMALL_BATCH: i64 = 50;

/// Number of built representations after which the statistics of the query planner are updated. The embedded database has no
/// autovacuum.
const MANY: u64 = 500;

/// Builds marked representations until the process ends: after each write, and those of earlier releases at the start.
pub(crate) async fn build_in_background(
    context: Context,
    builders: Vec<&'static Builder>,
    metrics: RepresentationMetrics,
) {
    let mut is_marked = false;
    loop {
        let news = context.version.subscribe();
        if !context.version.is_away()
            && context.version.takes_writes()
            && let Err(error) = run(&context.db, &builders, &metrics, &mut is_marked).await
        {
            tracing::warn!(cause = %error.chain(), "representations could not be built; trying again later");
        }
        news.until(Instant::now() + INTERVAL).await;
        sleep(DELAY).await;
    }
}

/// Builds what is marked, and records the number of built representations and of entries that remain marked. `is_marked` is
/// whether the representations of earlier releases are marked.
async fn run(
    database: &Database,
    builders: &[&'static Builder],
    metrics: &RepresentationMetrics,
    is_marked: &mut bool,
) -> Result<()> {
    if !*is_marked {
        mark_outdated(database).await?;
        *is_marked = true;
    }
    if count(database, "not failed").await? > 0 {
        metrics.built.inc_by(build_marked(database, builders).await?);
    }
    metrics.pending.set(count(database, "true").await?);
    Ok(())
}

/// Returns the number of marked entries that meet a condition.
async fn count(database: &Database, condition: &str) -> Result<i64> {
    let count = format!("select count(*) from representation_pending where {condition}");
    let row = database.background().query_one_raw(sql(&count, [])).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get_by_index(0))?)
}

/// Builds the representations that are marked, or of an earlier release. Returns their number.
pub(crate) async fn build_pending(database: &Database, builders: &[&'static Builder]) -> Result<u64> {
    mark_outdated(database).await?;
    build_marked(database, builders).await
}

/// Marks the representations of earlier releases.
async fn mark_outdated(database: &Database) -> Result<()> {
    const MARK: &str = "insert into representation_pending (entry_id, resource, version) \
        select r.entry_id, r.resource, v.version from representation r, directory_version v where r.format < $1 on conflict do nothing";
    database.execute(MARK, vec![FORMAT.into()]).await
}

/// Builds the marked representations, in several transactions. Returns their number.
async fn build_marked(database: &Database, builders: &[&'static Builder]) -> Result<u64> {
    let limit = if database.is_embedded() { SMALL_BATCH } else { BATCH };
    let mut total = 0;
    loop {
        let (builders, began) = (builders.to_vec(), Instant::now());
        let built = database.transact(async move |tx| {
            lock(tx).await?;
            build_some(tx, &builders, limit).await
        });
        match built.await? {
            0 if total < MANY => return Ok(total),
            0 => {
                database.execute("analyze representation, representation_pending", vec![]).await?;
                return Ok(total);
            }
            built => total += built,
        }
        if database.is_embedded() {
            // Leaves the only connection to requests for half of the time.
            sleep(began.elapsed()).await;
        }
    }
}

/// Locks the version row, as a write does, so that no entry changes between reading and storing it.
async fn lock(tx: &DatabaseTransaction) -> Result<()> {
    tx.execute_raw(sql("select from directory_version for update", [])).await?;
    Ok(())
}

//! The index in memory, and the task that keeps it up to date.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{HttpRequest, web};
use sea_orm::ConnectionTrait;
use search::{Index, Query, Ranked, SimilarEntry, Tier};
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::EVERYTHING;
use super::documents::{Changes, read_all, resource_number};
use super::phrases::{find_phrases, phrase_queries};
use crate::base::db::context::Context;
use crate::base::db::version::seen_version;
use crate::base::db::{Database, ReadTransaction, Share};
use crate::base::error::{Error, Result};

/// Time that a search waits for the index. Reading a large directory takes some seconds.
const PATIENCE: Duration = Duration::from_secs(5);
/// Time after which the task looks for a newer version, even if none was announced.
const IDLE: Duration = Duration::from_secs(20);
/// Time after which the task tries again to update the index.
const RETRY: Duration = Duration::from_millis(250);
/// Number of entries whose spelling of a word is looked up.
const EXAMPLES: usize = 5;
/// Number of snapshots that are taken until one has the version of the index.
const ATTEMPTS: usize = 5;

/// The index of all search documents. It is read at the first search, because it takes more memory than all else in a service that
/// is idle.
#[derive(Default)]
pub(crate) struct SearchIndex {
    content: RwLock<Content>,
    /// Directory version of the index. `None` before it is read.
    version: watch::Sender<Option<i64>>,
    /// Notifies the task of a search that needs a newer version.
    wanted: Notify,
}

#[derive(Default)]
struct Content {
    version: Option<i64>,
    index: Index,
}

/// A search as typed, in the entries of a table.
#[derive(Clone, Copy)]
pub(crate) struct TypedSearch<'a> {
    pub typed: &'a str,
    pub table: &'static str,
    /// Time after which the database cancels a statement of the snapshot.
    pub statement_timeout: Option<Duration>,
}

impl SearchIndex {
    /// Returns the index of the service.
    pub(crate) fn of(req: &HttpRequest) -> Result<&Data<Self>> {
        let index = req.app_data::<Data<Self>>();
        index.ok_or_else(|| Error::internal(anyhow::anyhow!("the search index is not registered")))
    }

    /// Updates the index at each new version, from the first search until the process ends.
    pub(crate) async fn follow(index: Data<Self>, context: Context) {
        index.wanted.notified().await;
        let mut has_failed = false;
        loop {
            let newer = context.version.subscribe();
            let Err(error) = index.update(&context.db).await else {
                has_failed = false;
                tokio::select! {
                    _ = newer.until(Instant::now() + IDLE) => {}
                    () = index.wanted.notified() => {}
                }
                continue;
            };
            // While the database is unavailable, another task says so.
            if !has_failed && !context.version.is_away() {
                tracing::warn!(cause = %error.chain(), "the search index was not updated; trying again");
            }
            has_failed = true;
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Waits until the index has a version.
    pub(crate) async fn reach(&self, version: i64) -> Result<()> {
        let mut known = self.version.subscribe();
        let is_reached = |known: &Option<i64>| known.is_some_and(|known| known >= version);
        if is_reached(&known.borrow()) {
            return Ok(());
        }
        self.wanted.notify_one();
        match timeout(PATIENCE, known.wait_for(is_reached)).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(Error::Unavailable(anyhow::anyhow!("the search index was not read within {PATIENCE:?}"))),
        }
    }

    /// Ranks the entries, and returns a snapshot of the directory version that they are from.
    pub(crate) async fn snapshot<'c>(
        index: &Data<Self>,
        context: &'c Context,
        share: Share,
        search: TypedSearch<'_>,
    ) -> Result<(ReadTransaction<'c>, Ranked)> {
        let mut wanted = context.version.version().number;
        let mut attempt = 0;
        loop {
            // Not in the transaction: the task needs a connection, and the embedded database has only one.
            index.reach(wanted).await?;
            let snapshot = context.snapshot(share).await?;
            if let Some(limit) = search.statement_timeout {
                let limit = format!("set local statement_timeout = {}", limit.as_millis().max(1));
                snapshot.execute_unprepared(&limit).await?;
            }
            let seen = seen_version(&*snapshot).await?.unwrap_or_default();
            let mut query = Query::parse(search.typed);
            let phrases = phrase_queries(&index.content().index, &mut query);
            find_phrases(&*snapshot, &mut query, phrases).await?;
            let (version, ranked) = Self::rank(index, query, search.table).await?;
            attempt += 1;
            if version == Some(seen) || attempt == ATTEMPTS {
                return Ok((snapshot, ranked));
            }
            snapshot.commit().await?;
            wanted = seen;
        }
    }

    /// Returns whether an entry of a table has all words of a query without phrases.
    pub(super) async fn finds(index: &Data<Self>, typed: &str, table: &str) -> Result<bool> {
        let (_, ranked) = Self::rank(index, Query::parse(typed), table).await?;
        Ok(ranked.hits.first().is_some_and(|hit| hit.tier == Tier::AllWords))
    }

    /// Returns the entries that are similar to an entry, most similar first.
    pub(crate) async fn similar(index: &Data<Self>, id: Uuid) -> Result<Vec<SimilarEntry>> {
        let index = index.clone();
        web::block(move || index.content().index.similar(id.as_u128())).await.map_err(Error::internal)
    }

    /// Returns some entries with each of the words.
    pub(super) fn examples<'a>(&self, words: impl Iterator<Item = &'a String>) -> Vec<Uuid> {
        let content = self.content();
        words.flat_map(|word| content.index.entries_with(word, EXAMPLES)).map(Uuid::from_u128).collect()
    }

    /// Ranks the entries of a table. Returns the version of the index, too.
    async fn rank(index: &Data<Self>, query: Query, table: &str) -> Result<(Option<i64>, Ranked)> {
        let resource = if table == EVERYTHING { None } else { resource_number(table) };
        let index = index.clone();
        let ranked = web::block(move || {
            let content = index.content();
            (content.version, content.index.search(&query, resource))
        });
        ranked.await.map_err(Error::internal)
    }

    fn content(&self) -> RwLockReadGuard<'_, Content> {
        self.content.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the changes since the version of the index.
    async fn update(&self, db: &Database) -> Result<()> {
        let snapshot = db.snapshot_with(Share::All).await?;
        let newest = seen_version(&*snapshot).await?.unwrap_or_default();
        let known = self.content().version;
        let changes = match known {
            Some(known) if known == newest => return snapshot.commit().await,
            Some(known) => {
                let is_learnt = |word: &str| self.content().index.is_learnt(word);
                Changes::since(&*snapshot, known, is_learnt).await?
            }
            None => None,
        };
        let whole = if changes.is_none() { Some(read_all(&*snapshot).await?) } else { None };
        snapshot.commit().await?;
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(whole) = whole {
            content.index = whole;
        }
        if let Some(changes) = changes {
            changes.apply(&mut content.index);
        }
        content.version = Some(newest);
        drop(content);
        self.version.send_replace(Some(newest));
        Ok(())
    }
}

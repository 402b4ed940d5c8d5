//! Cache of pages of the change feed.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use super::dto::{Changes, ChangesQuery};
use super::query;
use crate::base::db::context::Context;
use crate::base::db::in_time;
use crate::base::error::Result;

/// Cached pages of the change feed. Clients that wait for the same page share one database query.
pub(crate) struct Feed(Cache<(i64, String), (Arc<Changes>, i64)>);

impl Default for Feed {
    fn default() -> Self {
        // The weight is the size of the entries in bytes plus an allowance for each change.
        let weigh = |_: &(i64, String), (page, bytes): &(Arc<Changes>, i64)| {
            u32::try_from(*bytes)
                .unwrap_or(u32::MAX)
                .saturating_add(u32::try_from(512 * (page.items.len() + 8)).unwrap_or(u32::MAX))
        };
        Self(Cache::builder().weigher(weigh).max_capacity(16 << 20).time_to_idle(Duration::from_mins(1)).build())
    }
}

impl Feed {
    /// Returns the requested page at the directory version known to this process.
    pub(super) async fn page(&self, context: &Context, query: &ChangesQuery) -> Result<Arc<Changes>> {
        let after = query.after.map_or(0, |after| after.0);
        let limit = query.limit.map_or(100, |limit| limit.0);
        let mut tables: Vec<String> = query.resource.iter().map(|resource| resource.0.table.to_owned()).collect();
        tables.sort();
        let key = (context.version.version().number, format!("{after} {limit} {}", tables.join(" ")));
        let page = async {
            let page = in_time(query::after(&context.read()?, after, limit, &tables)).await;
            page.map(|(page, bytes)| (Arc::new(page), bytes))
        };
        // All clients that wait for the same page share the error, so that none of them repeats a failed query.
        let kept = self.0.try_get_with(key, page).await;
        kept.map(|(page, _)| page).map_err(|error| error.shared())
    }
}

//! Full-text search over the words of the directory.
//!
//! The crate `search` ranks entries with an index in memory, which a background task keeps up to date with the search documents of
//! the database. Filters, facets and phrases remain in SQL.

mod documents;
pub(crate) mod highlight;
mod index;
mod phrases;
mod spelling;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sea_orm::prelude::Expr;
use sea_orm::{ConnectionTrait, EntityTrait, QueryFilter, Select};
use search::{Correction, Hit, Ranked, Tier};
use uuid::Uuid;

pub(crate) use self::documents::resource_number;
pub(crate) use self::index::{SearchIndex, TypedSearch};
pub(crate) use self::spelling::spellings;
use crate::base::db::sql;
use crate::base::error::Result;
use crate::query::entry_sets::matching_ids;
use crate::query::filter::Filter;

/// Name of the view of all entries. A search in it covers all resources.
pub(crate) const EVERYTHING: &str = "search_hit";

/// The result of a full-text query, over the entries of one resource or of all resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// The text of the query.
    asked: String,
    /// The entries that meet the filters of the list, by descending relevance.
    pub hits: Arc<[Hit]>,
    /// All entries, whether or not they meet the filters.
    unfiltered: Arc<[Hit]>,
    /// For words that were corrected, the words that were searched instead.
    corrections: HashMap<String, String>,
    /// For unknown words that were not corrected, the nearest known words.
    suggestions: HashMap<String, String>,
    /// All words that mean the same as the words of the query, in folded form.
    words: HashSet<String>,
    /// Whether the text of the query was cut.
    pub is_truncated: bool,
}

impl Search {
    /// Returns the result of a ranking, limited to the entries that meet the filters.
    pub(crate) async fn of<E: EntityTrait>(
        db: &impl ConnectionTrait,
        asked: &str,
        ranked: Ranked,
        filters: &Filter,
    ) -> Result<Self> {
        let Ranked { hits, corrections, suggestions, words, is_truncated } = ranked;
        let unfiltered: Arc<[Hit]> = hits.into();
        let mut hits = unfiltered.clone();
        if !filters.is_empty() && !hits.is_empty() {
            let matching: HashSet<u128> = matching_ids::<E>(db, filters).await?.iter().map(Uuid::as_u128).collect();
            hits = unfiltered.iter().filter(|hit| matching.contains(&hit.id)).copied().collect();
        }
        let by_word = |corrections: Vec<Correction>| {
            corrections.into_iter().map(|correction| (correction.typed, correction.corrected)).collect()
        };
        Ok(Self {
            asked: asked.to_owned(),
            hits,
            unfiltered,
            corrections: by_word(corrections),
            suggestions: by_word(suggestions),
            words,
            is_truncated,
        })
    }

    /// Returns the number of entries that match in a way.
    pub(crate) fn count(&self, tier: Tier) -> u64 {
        self.hits.iter().filter(|hit| hit.tier == tier).count() as u64
    }

    /// Returns the query of the entries with all words that meet the filters.
    pub(crate) fn rows<E: EntityTrait>(&self) -> Select<E> {
        limited(E::find(), ids(&self.hits))
    }

    /// Limits a query to the entries with all words.
    pub(crate) fn limit<E: EntityTrait>(&self, rows: Select<E>) -> Select<E> {
        limited(rows, ids(&self.unfiltered))
    }

    /// Omits the entries without all words.
    pub(crate) fn only_all_words(self) -> Self {
        let hits = self.hits.iter().filter(|hit| hit.tier == Tier::AllWords).copied().collect();
        Self { hits, ..self }
    }
}

/// Returns the IDs of the entries with all words.
fn ids(hits: &[Hit]) -> Vec<Uuid> {
    hits.iter().filter(|hit| hit.tier == Tier::AllWords).map(|hit| Uuid::from_u128(hit.id)).collect()
}

fn limited<E: EntityTrait>(rows: Select<E>, ids: Vec<Uuid>) -> Select<E> {
    let condition = format!("{}.id = any ($1)", E::default().table_name());
    rows.filter(Expr::cust_with_values(condition, [ids]))
}

/// Updates the search documents of some entries, in the transaction that changed them.
pub(crate) async fn refresh(tx: &impl ConnectionTrait, resource: &str, changed: Vec<Uuid>) -> Result<()> {
    if !changed.is_empty() {
        let call = "call search_refresh($1, $2::uuid[])";
        tx.execute_raw(sql(call, [resource.into(), changed.into()])).await?;
    }
    Ok(())
}

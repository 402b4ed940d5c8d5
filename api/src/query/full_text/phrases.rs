//! The entries that contain the phrases of a query. The index in memory does not know which words are adjacent.

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, FromQueryResult};
use search::{Index, Query};
use uuid::Uuid;

use crate::base::db::sql;
use crate::base::error::Result;

/// Returns the `tsquery` of each phrase of several words. A word that no entry contains makes it empty.
pub(super) fn phrase_queries(index: &Index, query: &mut Query) -> Vec<String> {
    let alternatives = |words: Vec<&str>| format!("({})", words.join(" | "));
    let phrase = |words: Vec<Vec<&str>>| {
        let is_unknown = words.iter().any(Vec::is_empty);
        let words: Vec<String> = words.into_iter().map(alternatives).collect();
        if is_unknown { String::new() } else { words.join(" <-> ") }
    };
    query.phrases_mut().map(|clause| phrase(index.phrase_words(clause))).collect()
}

/// Looks up the entries of each phrase, with one statement.
pub(super) async fn find_phrases(db: &impl ConnectionTrait, query: &mut Query, queries: Vec<String>) -> Result<()> {
    #[derive(FromQueryResult)]
    struct Found {
        number: i64,
        id: Uuid,
    }
    const SQL: &str = "\
        select p.number, d.entry_id as id from unnest($1::text[]) with ordinality as p (query, number) \
          join search_document d on d.words @@ p.query::tsquery";
    if queries.is_empty() {
        return Ok(());
    }
    let mut entries = vec![HashSet::new(); queries.len()];
    for Found { number, id } in Found::find_by_statement(sql(SQL, [queries.into()])).all(db).await? {
        let place = usize::try_from(number - 1).unwrap_or_default();
        if let Some(found) = entries.get_mut(place) {
            found.insert(id.as_u128());
        }
    }
    for (clause, found) in query.phrases_mut().zip(entries) {
        clause.entries = Some(found);
    }
    Ok(())
}

//! Spelling suggestions for queries without a match.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use actix_web::web::Data;
use sea_orm::{ConnectionTrait, FromQueryResult};
use search::{fold, is_ignored, words_of};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::highlight::pieces;
use super::{Search, SearchIndex};
use crate::base::db::sql;
use crate::base::error::Result;

/// Texts that search documents contain in addition to those of entries: the kinds of municipalities.
const KINDS: &str = "Kreis Landkreis Gemeindeverband kreisfreie Stadt Gemeinde";

impl Search {
    /// Returns the nearest spelling of the query, if there are entries with all of its words.
    pub(crate) async fn did_you_mean(
        &self,
        db: &impl ConnectionTrait,
        index: &Data<SearchIndex>,
        table: &str,
    ) -> Result<Option<String>> {
        let Some(meant) = self.respelt(db, index, &self.suggestions).await? else { return Ok(None) };
        let is_found = SearchIndex::finds(index, &meant, table).await?;
        Ok(is_found.then_some(meant))
    }

    /// Returns the spelling that was searched, if words were corrected.
    pub(crate) async fn corrected_to(&self, db: &impl ConnectionTrait, index: &SearchIndex) -> Result<Option<String>> {
        self.respelt(db, index, &self.corrections).await
    }

    /// Replaces words of the query, given in folded form, by words as entries spell them. Returns `None` if no word is
    /// replaced.
    async fn respelt(
        &self,
        db: &impl ConnectionTrait,
        index: &SearchIndex,
        words: &HashMap<String, String>,
    ) -> Result<Option<String>> {
        if words.is_empty() {
            return Ok(None);
        }
        let spellings = spellings(db, index.examples(words.values()), words.values().collect()).await?;
        let spelling = |piece: &str| {
            let folded = fold(piece);
            let word = words_of(&folded).find_map(|typed| words.get(typed))?;
            spellings.get(word).map(String::as_str)
        };
        let meant: String = pieces(&self.asked).map(|piece| spelling(piece).unwrap_or(piece)).collect();
        Ok((meant != self.asked).then_some(meant))
    }
}

/// Returns the most frequent spelling of folded words in some entries. Words that occur in none of their texts are omitted.
pub(crate) async fn spellings(
    db: &impl ConnectionTrait,
    entries: Vec<Uuid>,
    words: HashSet<&String>,
) -> Result<HashMap<String, String>> {
    #[derive(FromQueryResult)]
    struct EntryTexts {
        texts: Value,
    }
    // Texts other than title and summary come from the last change.
    const SQL: &str = "\
        select json_build_array(d.label, d.summary, c.entry) as texts \
          from search_document d \
          left join lateral (select c.entry from change c where c.entry_id = d.entry_id and c.entry is not null \
                              order by c.directory_version desc, c.sequence desc limit 1) c on true \
         where d.entry_id = any ($1)";
    let mut texts = vec![KINDS.to_owned()];
    for EntryTexts { texts: found } in EntryTexts::find_by_statement(sql(SQL, [entries.into()])).all(db).await? {
        add_texts(found, &mut texts);
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for piece in texts.iter().flat_map(|text| pieces(text)) {
        *counts.entry(piece).or_default() += 1;
    }
    let meant = |piece: &str| words_of(&fold(piece)).find_map(|word| words.get(&word.to_owned()).copied());
    let mut written: Vec<(&str, &String)> = counts.keys().filter_map(|piece| Some((*piece, meant(piece)?))).collect();
    // For equal words, the map keeps the last spelling, which is the most frequent.
    written.sort_by_key(|(piece, _)| (counts.get(piece).copied().unwrap_or_default(), Reverse(*piece)));
    let plain = |piece: &str| piece.nfc().filter(|letter| !is_ignored(*letter)).collect();
    Ok(written.into_iter().map(|(piece, word)| (word.clone(), plain(piece))).collect())
}

/// Adds the texts in a value. Keys and URLs are skipped, because they do not show the spelling of words.
fn add_texts(value: Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let is_sentence = text.contains(char::is_whitespace);
            if is_sentence || text.contains(char::is_uppercase) && !text.contains("://") {
                texts.push(text);
            }
        }
        Value::Array(items) => items.into_iter().for_each(|item| add_texts(item, texts)),
        Value::Object(members) => members.into_iter().for_each(|(_, member)| add_texts(member, texts)),
        _ => {}
    }
}

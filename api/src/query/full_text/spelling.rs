//! Spelling suggestions for queries without a match.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::Search;
use super::highlight::{folded, pieces, words_of};
use crate::base::characters::is_ignored;
use crate::base::db::sql;
use crate::base::error::Result;

/// Texts that search documents contain in addition to those of entries: the kinds of municipalities.
const KINDS: &str = "Kreis Landkreis Gemeindeverband kreisfreie Stadt Gemeinde";

impl Search {
    /// Returns the nearest spelling of the query, if it has matches.
    pub(crate) async fn did_you_mean(&self, db: &impl ConnectionTrait) -> Result<Option<String>> {
        let Some(meant) = self.respelt(db, &self.nearest).await? else { return Ok(None) };
        let other = Self::read(db, self.resource, &meant).await?;
        Ok(other.finds(db).await?.then_some(meant))
    }

    /// Returns the spelling that was searched, if words were corrected.
    pub(crate) async fn corrected_to(&self, db: &impl ConnectionTrait) -> Result<Option<String>> {
        self.respelt(db, &self.corrected).await
    }

    /// Replaces words of the query, given in folded form, by words as entries spell them. Returns `None` if no word is
    /// replaced.
    async fn respelt(&self, db: &impl ConnectionTrait, words: &HashMap<String, String>) -> Result<Option<String>> {
        if words.is_empty() {
            return Ok(None);
        }
        let typed = folded(db, [self.asked.as_str()].into_iter()).await?;
        let spellings = spellings(db, words.values()).await?;
        let spelling = |piece: &str| {
            let word = words_of(typed.get(piece)?).find_map(|typed| words.get(typed))?;
            spellings.get(word).map(String::as_str)
        };
        let meant: String = pieces(&self.asked).map(|piece| spelling(piece).unwrap_or(piece)).collect();
        Ok((meant != self.asked).then_some(meant))
    }

    async fn finds(&self, db: &impl ConnectionTrait) -> Result<bool> {
        const SQL: &str = "select 1 as one from search_document where resource = coalesce($1, resource) and words @@ $2::tsquery limit 1";
        let values = [self.resource.into(), self.matching.clone().into()];
        let found = db.query_one_raw(sql(SQL, values)).await?;
        Ok(found.is_some())
    }
}

/// Returns the most frequent spelling of folded words in entries. Words that occur in no text of an entry are omitted.
async fn spellings(db: &impl ConnectionTrait, words: impl Iterator<Item = &String>) -> Result<HashMap<String, String>> {
    #[derive(FromQueryResult)]
    struct EntryTexts {
        texts: Value,
    }
    // Titles are searched first, because they are the best source of spellings. Other texts come from the last change.
    const SQL: &str = "\
        select json_build_array(d.label, d.summary, c.entry) as texts \
          from (select distinct f.entry_id \
                  from unnest($1::text[]) as w (word) \
                 cross join lateral ( \
                       (select t.entry_id from search_document t where t.words @@ (w.word || ':A')::tsquery order by t.entry_id limit 3) \
                        union all \
                       (select t.entry_id from search_document t where t.words @@ w.word::tsquery order by t.entry_id limit 5) \
                 ) f) e \
          join search_document d on d.entry_id = e.entry_id \
          left join lateral (select c.entry from change c where c.entry_id = e.entry_id and c.entry is not null \
                              order by c.directory_version desc, c.sequence desc limit 1) c on true";
    let words: HashSet<&String> = words.collect();
    let sought: Vec<String> = words.iter().map(|word| (*word).clone()).collect();
    let mut texts = vec![KINDS.to_owned()];
    for EntryTexts { texts: found } in EntryTexts::find_by_statement(sql(SQL, [sought.into()])).all(db).await? {
        add_texts(found, &mut texts);
    }
    // Only words with the same first letter are folded, to limit their number. A non-ASCII letter may fold to any letter.
    let initials: HashSet<char> = words.iter().filter_map(|word| word.chars().next()).collect();
    let is_near = |piece: &&str| {
        piece.chars().next().is_some_and(|first| !first.is_ascii() || initials.contains(&first.to_ascii_lowercase()))
    };
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for piece in texts.iter().flat_map(|text| pieces(text)).filter(is_near) {
        *counts.entry(piece).or_default() += 1;
    }
    let folded = folded(db, counts.keys().copied()).await?;
    let mut written: Vec<(&String, &String)> = folded.iter().filter(|(_, word)| words.contains(word)).collect();
    // For equal words, the map keeps the last spelling, which is the most frequent.
    written.sort_by_key(|(piece, _)| (counts.get(piece.as_str()).copied().unwrap_or_default(), Reverse(*piece)));
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

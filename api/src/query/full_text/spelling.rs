//! Spelling suggestions for queries without a match.

use std::collections::HashMap;

use entity::Text;
use sea_orm::{ConnectionTrait, FromQueryResult};

use super::Search;
use super::highlight::{folded, pieces};
use crate::base::db::sql;
use crate::base::error::Result;

impl Search {
    /// Returns the nearest spelling that has matches.
    pub(crate) async fn did_you_mean(&self, db: &impl ConnectionTrait) -> Result<Option<String>> {
        let Some(meant) = self.respelt(db, &self.nearest).await? else { return Ok(None) };
        let other = Self::read(db, self.resource, &meant).await?;
        Ok(other.finds(db).await?.then_some(meant))
    }

    /// Returns the spelling that was searched, if words were corrected.
    pub(crate) async fn corrected_to(&self, db: &impl ConnectionTrait) -> Result<Option<String>> {
        self.respelt(db, &self.corrected).await
    }

    /// Replaces words of the query, given in folded form. Returns `None` where there are none to replace.
    async fn respelt(&self, db: &impl ConnectionTrait, words: &HashMap<String, String>) -> Result<Option<String>> {
        if words.is_empty() {
            return Ok(None);
        }
        let typed = folded(db, [self.asked.as_str()].into_iter()).await?;
        let mut meant = String::new();
        for piece in pieces(&self.asked) {
            match typed.get(piece).and_then(|folded| words.get(folded)) {
                Some(nearest) => meant += &self.written(db, nearest).await?,
                None => meant += piece,
            }
        }
        Ok(Some(meant))
    }

    /// Returns a spelling of a folded word from the texts of entries, or the folded word where none contains it.
    async fn written(&self, db: &impl ConnectionTrait, word: &str) -> Result<String> {
        #[derive(FromQueryResult)]
        struct Shown {
            label: Text,
            summary: Option<Text>,
        }
        const SQL: &str = "select label, summary from search_document \
            where resource = coalesce($1, resource) and words @@ $2::tsquery order by entry_id limit 5";
        let shown = sql(SQL, [self.resource.into(), word.into()]);
        let shown = Shown::find_by_statement(shown).all(db).await?;
        let languages = |text: Text| [Some(text.de), text.en];
        let texts =
            shown.into_iter().flat_map(|shown| [Some(shown.label), shown.summary]).flatten().flat_map(languages);
        let texts: Vec<String> = texts.flatten().collect();
        let written = folded(db, texts.iter().map(String::as_str)).await?;
        let mut spellings: Vec<String> =
            written.into_iter().filter(|(_, folded)| folded == word).map(|(written, _)| written).collect();
        spellings.sort();
        Ok(spellings.into_iter().next().unwrap_or_else(|| word.to_owned()))
    }

    async fn finds(&self, db: &impl ConnectionTrait) -> Result<bool> {
        const SQL: &str = "select 1 as one from search_document where resource = coalesce($1, resource) and words @@ $2::tsquery limit 1";
        let values = [self.resource.into(), self.matching.clone().into()];
        let found = db.query_one_raw(sql(SQL, values)).await?;
        Ok(found.is_some())
    }
}
